"""Validation of objects by the schemas of their kinds; unknown fields are faults."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
import kubernetes_validate

from tests.deploy.k8s.manifests import Object
from tests.deploy.k8s.trim_crds import CRDS_PATH

# The oldest supported version (`sleep` in a hook is on by default), and the newest.
KUBERNETES = ("1.32", "1.37")


def faults(thing: Object) -> list[str]:
    """Faults as `path: message`; a kind without a schema is a fault too."""
    custom = _custom_schemas().get((thing["apiVersion"], thing["kind"]))
    if custom is not None:
        found = jsonschema.Draft202012Validator(custom).iter_errors(thing)
        return [f"{_path(error.path)}: {error.message}" for error in found]
    return [fault for version in KUBERNETES for fault in _built_in_faults(thing, version)]


def _built_in_faults(thing: Object, version: str) -> list[str]:
    try:
        kubernetes_validate.validate(thing, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{_path(error.path)}: {error.message} ({version})"]
    except kubernetes_validate.SchemaNotFoundError as error:
        return [error.message]
    return []


def _path(parts: Any) -> str:
    return ".".join(str(part) for part in parts)


@cache
def _custom_schemas() -> dict[tuple[str, str], dict[str, Any]]:
    schemas = {}
    for path in CRDS_PATH.glob("*.json"):
        crd = json.loads(path.read_text())
        for api_version, schema in crd["versions"].items():
            schema["properties"] |= {"apiVersion": {}, "kind": {}, "metadata": {}}
            schemas[api_version, crd["kind"]] = _closed(schema)
    return schemas


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with unknown fields forbidden, as an API server drops or refuses them."""
    closed = dict(schema)
    if "properties" in schema:
        closed["properties"] = {name: _closed(part) for name, part in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields") and "additionalProperties" not in schema:
            closed["additionalProperties"] = False
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            closed[inner] = _closed(schema[inner])
    return closed
