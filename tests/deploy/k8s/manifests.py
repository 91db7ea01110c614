"""Built overlays of k8s/, and the pods that they would start."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.tools import Toolbox

Object = dict[str, Any]

REPOSITORY = Path(__file__).resolve().parents[3]
MANIFESTS = REPOSITORY / "k8s"
OVERLAYS = ("dev", "ingress", "prod")
# Values for overlays/dev/secret.env, which must occur nowhere else.
SECRETS = {
    "DATABASE_URL": "postgresql+psycopg://catalogue:word-one@catalogue-rw.postgres.svc:5432/catalogue",
    "S3_ACCESS_KEY": "word-two",
    "S3_SECRET_KEY": "word-three",
    "WEBHOOK_SECRET": "word-four-of-thirty-two-letters-at-least",
}


def copy_with_secrets(folder: Path) -> Path:
    """Copy of k8s/ with a filled-in secret.env."""
    copy = shutil.copytree(MANIFESTS, folder / "k8s", ignore=shutil.ignore_patterns("secret.env"))
    lines = "".join(f"{name}={value}\n" for name, value in SECRETS.items())
    (copy / "overlays/dev/secret.env").write_text(lines)
    return copy


def build(folder: Path) -> list[Object]:
    """Objects that `kubectl apply -k` would send."""
    kustomize = Toolbox().find("kustomize")
    assert kustomize, "kustomize is not installed: `make test-tools` builds it"
    done = subprocess.run([kustomize, "build", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def of_kind(objects: Iterable[Object], *kinds: str) -> list[Object]:
    return [thing for thing in objects if thing["kind"] in kinds]


def named(objects: Iterable[Object], kind: str, name: str) -> Object:
    (found,) = (thing for thing in of_kind(objects, kind) if thing["metadata"]["name"] == name)
    return found


def title(thing: Object) -> str:
    return f"{thing['kind']} {thing['metadata']['name']}"


@dataclass(frozen=True)
class Workload:
    """An object that starts pods, with its pod template."""

    source: Object

    @property
    def name(self) -> str:
        return str(self.source["metadata"]["name"])

    @property
    def kind(self) -> str:
        return str(self.source["kind"])

    @property
    def namespace(self) -> str:
        return str(self.source["metadata"]["namespace"])

    @property
    def labels(self) -> Mapping[str, str]:
        labels: dict[str, str] = self.source["spec"]["template"]["metadata"]["labels"]
        return labels

    @property
    def pod(self) -> Object:
        pod: Object = self.source["spec"]["template"]["spec"]
        return pod

    @property
    def containers(self) -> list[Object]:
        return [*self.pod.get("initContainers", []), *self.pod["containers"]]

    def environment(self) -> dict[str, Object]:
        return {entry["name"]: entry for container in self.containers for entry in container.get("env", [])}

    def secrets(self) -> dict[str, str]:
        """Names of Secrets by the variables that read them."""
        sources = {name: entry.get("valueFrom", {}) for name, entry in self.environment().items()}
        return {
            name: str(source["secretKeyRef"]["name"])
            for name, source in sources.items()
            if "secretKeyRef" in source
        }


def workloads(objects: Iterable[Object]) -> list[Workload]:
    return [Workload(thing) for thing in of_kind(objects, "Deployment", "StatefulSet", "DaemonSet", "Job")]


def selects(selector: Object, labels: Mapping[str, str]) -> bool:
    """True when the selector matches the labels; an empty one matches all."""
    if any(labels.get(name) != value for name, value in selector.get("matchLabels", {}).items()):
        return False
    return all(_holds(condition, labels) for condition in selector.get("matchExpressions", []))


def _holds(condition: Object, labels: Mapping[str, str]) -> bool:
    value = labels.get(condition["key"])
    match condition["operator"]:
        case "In":
            return value in condition["values"]
        case "NotIn":
            return value not in condition["values"]
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    raise AssertionError(f"{condition['operator']} is no operator")
