"""Every object of every overlay is valid for Kubernetes and the add-ons, without unknown fields."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

import pytest

from tests.deploy.k8s.manifests import OVERLAYS, Object, named, title
from tests.deploy.k8s.schemas import faults


@pytest.mark.parametrize("name", [*OVERLAYS, "platform"])
def test_every_object_is_well_formed(built: Mapping[str, list[Object]], name: str) -> None:
    found = {title(thing): faults(thing) for thing in built[name]}

    assert {thing: wrong for thing, wrong in found.items() if wrong} == {}


def test_nothing_of_the_ingress_overlay_needs_an_add_on(built: Mapping[str, list[Object]]) -> None:
    # Groups of Kubernetes itself.
    groups = {thing["apiVersion"].rpartition("/")[0] for thing in built["ingress"]}

    assert groups == {"", "apps", "autoscaling", "batch", "networking.k8s.io", "policy"}


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [
        ("Deployment", "api", ("spec", "template", "spec", "containers", 0)),
        ("NetworkPolicy", "default-deny", ("spec",)),
        ("ScaledObject", "worker-gpu", ("spec", "advanced", "scalingModifiers")),
        ("ScaledObject", "worker-gpu", ("spec", "triggers", 0)),
        ("HTTPRoute", "front", ("spec", "rules", 0, "timeouts")),
        ("Gateway", "video-pipeline", ("spec", "listeners", 0)),
        ("Certificate", "video-pipeline", ("spec", "issuerRef")),
        ("PodMonitor", "worker-cpu", ("spec", "podMetricsEndpoints", 0)),
        ("ServiceMonitor", "api", ("spec", "endpoints", 0)),
    ],
)
def test_an_unknown_field_is_refused(
    built: Mapping[str, list[Object]], kind: str, name: str, path: tuple[str | int, ...]
) -> None:
    thing = deepcopy(named(built["prod"], kind, name))
    part: object = thing
    for step in path:
        part = part[step]  # type: ignore[index]
    part["replicaz"] = 3  # type: ignore[index]

    assert any("replicaz" in fault for fault in faults(thing))


def test_a_wrong_value_and_an_unknown_kind_are_refused(built: Mapping[str, list[Object]]) -> None:
    scaled = deepcopy(named(built["prod"], "ScaledObject", "worker-gpu"))
    scaled["spec"]["fallback"]["behavior"] = "hope"
    unknown = {"apiVersion": "example.com/v1", "kind": "Hope", "metadata": {"name": "none"}}

    assert faults(scaled)
    assert faults(unknown)
