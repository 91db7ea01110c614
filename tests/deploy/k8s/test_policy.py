"""Every overlay keeps every rule, and each rule finds an injected fault."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

import pytest

from tests.deploy.k8s import policy, wiring
from tests.deploy.k8s.faults import FAULTS
from tests.deploy.k8s.manifests import (
    OVERLAYS,
    SECRETS,
    Object,
    build,
    copy_with_secrets,
    of_kind,
    workloads,
)
from tests.deploy.k8s.policy import Rule

RULES = policy.RULES + wiring.RULES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("name", OVERLAYS)
def test_every_overlay_keeps_every_rule(built: Mapping[str, list[Object]], name: str, rule: Rule) -> None:
    assert rule(built[name]) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_each_rule_finds_its_fault(built: Mapping[str, list[Object]], fault: str) -> None:
    rule, spoil, found = FAULTS[fault]
    objects = deepcopy(built["prod"])
    spoil(objects)

    assert found in rule(objects)


def test_each_rule_has_a_fault_to_find() -> None:
    assert {rule for rule, _, _ in FAULTS.values()} == set(RULES)


def test_every_overlay_has_all_pods_of_the_product(built: Mapping[str, list[Object]]) -> None:
    product = {"api", "worker-cpu", "worker-gpu", "setup-catalogue", "setup-temporal", "setup-bucket"}

    assert {name: {load.name for load in workloads(built[name])} for name in OVERLAYS} == {
        "dev": product | {"object-store"},
        "ingress": product | {"front"},
        "prod": product | {"front"},
    }


def test_a_secret_value_occurs_only_in_the_secret(built: Mapping[str, list[Object]]) -> None:
    (secret,) = of_kind(built["dev"], "Secret")
    others = [thing for thing in built["dev"] if thing is not secret]
    asked = {name for load in workloads(others) for name in load.secrets().values()}

    assert secret["data"].keys() == SECRETS.keys()
    assert asked == {secret["metadata"]["name"]}
    assert [thing["kind"] for name in ("ingress", "prod") for thing in of_kind(built[name], "Secret")] == []
    assert [word for word in SECRETS.values() if word in str(others)] == []


def test_dev_can_not_be_built_without_a_secret_env(tmp_path: Path) -> None:
    copy = copy_with_secrets(tmp_path)
    (copy / "overlays/dev/secret.env").unlink()

    with pytest.raises(AssertionError, match=r"secret\.env"):
        build(copy / "overlays/dev")


def test_a_pod_has_only_the_secrets_that_it_needs(built: Mapping[str, list[Object]]) -> None:
    known = {load.name: sorted(load.secrets()) for load in workloads(built["prod"])}

    assert known == {
        "api": ["DATABASE_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY", "WEBHOOK_SECRET"],
        "front": [],
        "setup-bucket": ["S3_ACCESS_KEY", "S3_SECRET_KEY"],
        "setup-catalogue": ["DATABASE_URL"],
        "setup-temporal": [],
        "worker-cpu": ["DATABASE_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY", "WEBHOOK_SECRET"],
        "worker-gpu": ["S3_ACCESS_KEY", "S3_SECRET_KEY"],
    }
