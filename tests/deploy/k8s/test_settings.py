"""Pods' environment variables are settings that the product reads; shared files are equal copies."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

import pytest
import yaml

from api.subtitle_style import STYLE_FIELDS
from tests.deploy.k8s.copies import DEPLOY, copies, stray
from tests.deploy.k8s.manifests import MANIFESTS, OVERLAYS, REPOSITORY, Object, named, of_kind, workloads

PACKAGES = ("adapters", "api", "worker_cpu", "worker_gpu")
NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")


def names_read() -> set[str]:
    """Every string in the product's code that could be a variable's name."""
    texts = {
        node.value
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if NAME.fullmatch(text)} | {field.upper() for field in STYLE_FIELDS}


def variables_of(objects: list[Object], images: str) -> dict[str, set[str]]:
    """Variables by workload, for the workloads whose image's name starts with `images`."""
    shared = {
        thing["metadata"]["name"]: set(thing.get("data", {})) for thing in of_kind(objects, "ConfigMap")
    }
    return {
        load.name: set(load.environment()).union(
            *(
                shared[source["configMapRef"]["name"]]
                for container in load.containers
                for source in container.get("envFrom", [])
            )
        )
        for load in workloads(objects)
        if load.containers[0]["image"].startswith(images)
    }


@pytest.mark.parametrize("name", OVERLAYS)
def test_each_variable_is_one_that_the_product_reads(built: Mapping[str, list[Object]], name: str) -> None:
    read = names_read()

    assert {
        load: names - read
        for load, names in variables_of(built[name], "video-pipeline-").items()
        if names - read
    } == {}


def test_a_misspelled_variable_is_not_among_those_that_are_read() -> None:
    read = names_read()

    assert {"S3_ENDPOINT", "WORKER_DRAIN", "OIDC_ISSUER", "SUBTITLE_FONT"} <= read
    assert not {"S3_ENDPIONT", "WORKER_DRIAN"} & read


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_api_has_an_issuer_because_it_listens_beyond_loopback(
    built: Mapping[str, list[Object]], name: str
) -> None:
    assert "OIDC_ISSUER" in variables_of(built[name], "video-pipeline-")["api"]


@pytest.mark.parametrize("name", ["ingress", "prod"])
def test_the_front_has_exactly_the_variables_of_its_templates(
    built: Mapping[str, list[Object]], name: str
) -> None:
    (templates,) = (
        thing["data"]
        for thing in of_kind(built[name], "ConfigMap")
        if thing["metadata"]["name"].startswith("front-")
    )
    asked = {variable for text in templates.values() for variable in re.findall(r"\$\{(\w+)\}", text)}

    assert variables_of(built[name], "nginxinc/")["front"] == asked


def test_the_front_allows_the_largest_upload_with_its_form(built: Mapping[str, list[Object]]) -> None:
    (limit,) = (
        thing["data"]["MAX_UPLOAD_SIZE"]
        for thing in of_kind(built["prod"], "ConfigMap")
        if "MAX_UPLOAD_SIZE" in thing.get("data", {})
    )
    front = {
        entry["name"]: entry["value"]
        for entry in named(built["prod"], "Deployment", "front")["spec"]["template"]["spec"]["containers"][0][
            "env"
        ]
    }

    assert int(limit) == 5 * 1024**3
    assert front["MAX_BODY_SIZE"] == "5121m"
    assert front["CLIENT_TIMEOUT"] == "12s"


def test_the_copies_equal_their_sources() -> None:
    kept = {place: (MANIFESTS / place).read_text() for place in copies() if (MANIFESTS / place).exists()}

    assert kept == copies(), "run `python -m tests.deploy.k8s.copies`"
    assert stray() == set()


def test_every_rule_and_every_dashboard_reaches_prometheus_and_grafana(
    built: Mapping[str, list[Object]],
) -> None:
    rules = {
        path.stem: yaml.safe_load(path.read_text()) for path in (DEPLOY / "prometheus/rules").glob("*.yml")
    }
    dashboards = {path.name: path.read_text() for path in (DEPLOY / "grafana/dashboards").glob("*.json")}

    assert {
        thing["metadata"]["name"].removeprefix("video-pipeline-"): thing["spec"]
        for thing in of_kind(built["prod"], "PrometheusRule")
    } == rules
    assert named(built["prod"], "ConfigMap", "grafana-dashboards").get("data", {}) == dashboards


def test_monitors_use_the_job_names_of_the_single_machine_prometheus(
    built: Mapping[str, list[Object]],
) -> None:
    monitors = of_kind(built["prod"], "ServiceMonitor", "PodMonitor")

    assert {
        monitor["metadata"]["name"]: [endpoint["relabelings"] for endpoint in endpoints]
        for monitor in monitors
        for endpoints in (monitor["spec"].get("endpoints") or monitor["spec"]["podMetricsEndpoints"],)
    } == {
        "api": [[{"targetLabel": "job", "replacement": "api"}]],
        "worker-cpu": [[{"targetLabel": "job", "replacement": "worker_cpu"}]],
        "worker-gpu": [[{"targetLabel": "job", "replacement": "worker_gpu"}]],
    }
