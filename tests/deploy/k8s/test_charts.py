"""The charts' values agree with each other, with the product and with its policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from local.programs import fairness_switches
from tests.deploy.k8s.manifests import MANIFESTS, Object, named, of_kind


def values(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((MANIFESTS / "charts" / f"{name}.values.yaml").read_text())
    return read


def test_temporal_uses_the_services_and_secrets_that_the_operator_creates() -> None:
    database, temporal = values("temporal-db"), values("temporal")
    stores = {
        name: store["sql"]
        for name, store in temporal["server"]["config"]["persistence"]["datastores"].items()
    }

    # CloudNativePG calls the primary's Service `NAME-rw`, the first owner's Secret `NAME-app`.
    name, first = database["fullnameOverride"], database["cluster"]["initdb"]
    assert {store["connectAddr"] for store in stores.values()} == {f"{name}-rw.temporal.svc:5432"}
    assert {(store["existingSecret"], store["user"]) for store in stores.values()} == {
        (f"{name}-app", first["owner"])
    }
    made = {first["database"]: first["owner"]} | {
        each["name"]: each["owner"] for each in database["databases"]
    }
    assert {store["databaseName"]: store["user"] for store in stores.values()} == made


def test_temporal_has_the_local_stacks_settings_of_priorities_and_fairness() -> None:
    settings = {
        f"{name}={str(entry[0]['value']).lower()}"
        for name, entry in values("temporal")["server"]["dynamicConfig"].items()
    }

    assert settings == set(fairness_switches()) - {"--dynamic-config-value"}


def test_policies_select_the_databases_that_the_charts_create(built: Mapping[str, list[Object]]) -> None:
    meant = {
        (policy["metadata"]["namespace"], policy["spec"]["podSelector"]["matchLabels"]["cnpg.io/cluster"])
        for policy in of_kind(built["platform"], "NetworkPolicy")
        if "cnpg.io/cluster" in policy["spec"]["podSelector"].get("matchLabels", {})
    }
    (edge,) = named(built["prod"], "NetworkPolicy", "to-catalogue")["spec"]["egress"]

    assert meant == {
        ("temporal", values("temporal-db")["fullnameOverride"]),
        ("postgres", values("catalogue")["fullnameOverride"]),
    }
    assert edge["to"][0]["podSelector"]["matchLabels"] == {
        "cnpg.io/cluster": values("catalogue")["fullnameOverride"]
    }


def test_temporals_server_is_no_older_than_its_security_fixes() -> None:
    chosen = values("temporal")
    server, tools = chosen["server"]["image"]["tag"], chosen["admintools"]["image"]["tag"]

    assert tuple(int(part) for part in server.split(".")) >= (1, 31, 3)
    assert tools == server


def test_the_values_hold_no_password() -> None:
    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*(keys(part) for part in value.values()))
        return set().union(*(keys(part) for part in value)) if isinstance(value, list) else set()

    assert not {"password", "secretKeyValue", "superuserSecret"} & set().union(
        *(keys(values(name)) for name in ("temporal", "temporal-db", "catalogue"))
    )
