"""Docker Compose's parser accepts the files, and refuses a setup without accounts that others could reach."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.version import VERSION
from tests.deploy.compose_model import (
    ComposeRefused,
    Installation,
    Service,
    environment,
    installation,
    is_job,
)
from tests.servers.product_process import ROOT

# nvidia.yml is left out: its variables have their defaults in the others.
WITH_DEFAULTS = (
    "docker-compose.yml",
    *(f"deploy/compose/{name}.yml" for name in ("product", "setup", "servers", "watching", "tls")),
)
# Monitoring only: the product runs without them.
OPTIONAL = {
    "alloy": "logs",
    "grafana": "metrics",
    "loki": "logs",
    "node-exporter": "metrics",
    "ops": "ops",
    "prometheus": "metrics",
}


def test_an_unknown_key_is_refused(product: Installation) -> None:
    (product.path / "deploy/compose/typo.yml").write_text("services: {api: {helthcheck: {}}}\n")

    with pytest.raises(ComposeRefused, match="helthcheck"):
        product.load("typo.yml")


def test_a_dependency_on_an_unknown_service_is_refused(product: Installation) -> None:
    (product.path / "deploy/compose/hole.yml").write_text("services: {api: {depends_on: [elsewhere]}}\n")

    with pytest.raises(ComposeRefused, match="elsewhere"):
        product.load("hole.yml")


def test_a_missing_secret_file_is_named(tmp_path: Path) -> None:
    bare = installation(tmp_path)
    (tmp_path / ".secrets/store.env").unlink()

    with pytest.raises(ComposeRefused, match=r"store\.env"):
        bare.load()


def test_only_this_machine_can_reach_it_by_default(services: dict[str, Service]) -> None:
    addresses = {
        (name, port["host_ip"], port["published"])
        for name, service in services.items()
        for port in service.get("ports", [])
    }

    assert addresses == {
        ("nginx", "127.0.0.1", "8000"),
        ("temporal_ui", "127.0.0.1", "8233"),
        ("prometheus", "127.0.0.1", "9090"),
        ("grafana", "127.0.0.1", "3000"),
    }


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.7", "127.0.0.1"])  # refused is the point
def test_publishing_without_accounts_is_refused(product: Installation, address: str) -> None:
    with pytest.raises(ComposeRefused, match="OIDC_ISSUER"):
        product.load(PUBLISH_ADDRESS=address)
    with pytest.raises(ComposeRefused, match="OIDC_ISSUER"):
        product.load("tls.yml", PUBLISH_ADDRESS=address, OIDC_ISSUER="")


def test_with_accounts_it_may_be_published_and_the_api_gets_the_issuer(product: Installation) -> None:
    issuer = "https://login.example/realms/video"

    services = product.services(PUBLISH_ADDRESS="192.0.2.7", OIDC_ISSUER=issuer)

    assert [port["host_ip"] for port in services["nginx"]["ports"]] == ["192.0.2.7"]
    assert environment(services["api"])["OIDC_ISSUER"] == issuer


def test_the_api_listens_in_the_network_of_its_nginx_only(services: dict[str, Service]) -> None:
    api = services["api"]

    assert api["network_mode"] == "service:nginx"
    assert environment(api)["API_HOST"] == "127.0.0.1"
    assert environment(services["nginx"])["API_ADDRESS"] == f"127.0.0.1:{environment(api)['API_PORT']}"
    assert not api.get("ports")


def test_a_file_named_env_sets_what_the_example_names(tmp_path: Path) -> None:
    own = installation(tmp_path)
    (tmp_path / ".env").write_text("RATE_LIMIT=7/second\nPUBLISH_PORT=8888\nMODELS=base+yolo11n.pt\n")

    services = own.services()

    assert environment(services["api"])["RATE_LIMIT"] == "7/second"
    assert services["nginx"]["ports"][0]["published"] == "8888"
    assert environment(services["worker_gpu"])["MODELS"] == "base+yolo11n.pt"


def test_the_example_names_every_variable_with_its_default_and_no_other() -> None:
    used: dict[str, str] = {}
    for name in WITH_DEFAULTS:
        for variable, default in re.findall(r"\$\{([A-Z0-9_]+):-([^}]*)\}", (ROOT / name).read_text()):
            # With HTTPS the port of HTTP is 80.
            used.setdefault(variable, default)
    used["PUBLISH_ADDRESS"] = ""

    example = dict(re.findall(r"^#([A-Z0-9_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert example == used


def test_an_nvidia_gpu_is_one_more_file(product: Installation) -> None:
    worker = product.services("nvidia.yml")["worker_gpu"]

    [device] = worker["deploy"]["resources"]["reservations"]["devices"]
    assert (device["driver"], device["capabilities"]) == ("nvidia", ["gpu"])
    assert environment(worker)["DEVICE"] == "cuda"
    assert worker["image"].endswith("-cuda")
    assert worker["build"]["args"] == {"TORCH": "cuda", "DEMO_MODELS": "no"}


def test_monitoring_is_behind_profiles_and_no_other_service_needs_it(services: dict[str, Service]) -> None:
    optional = {name for name, service in services.items() if service.get("profiles")}

    assert optional == set(OPTIONAL)
    assert all(profile in services[name]["profiles"] for name, profile in OPTIONAL.items())
    for name, service in services.items():
        needed = set(service.get("depends_on", {}))
        assert name in optional or not needed & optional


def test_each_waits_until_a_service_is_healthy_and_a_job_is_done(services: dict[str, Service]) -> None:
    conditions = {
        (name, other): dependency["condition"]
        for name, service in services.items()
        for other, dependency in service.get("depends_on", {}).items()
    }

    # The API runs in nginx's network, so nginx starts first.
    assert conditions.pop(("api", "nginx")) == "service_started"
    for (_, other), condition in conditions.items():
        wanted = "service_completed_successfully" if is_job(services[other]) else "service_healthy"
        assert condition == wanted


def test_the_api_and_the_workers_wait_for_tables_namespace_and_bucket(services: dict[str, Service]) -> None:
    setups = {"catalogue_setup", "temporal_setup", "bucket_setup"}

    for name in ("api", "worker_cpu", "worker_gpu"):
        assert setups <= set(services[name]["depends_on"])
    assert "temporal_schema" in services["temporal"]["depends_on"]
    assert {name for name, service in services.items() if is_job(service)} == {*setups, "temporal_schema"}


def test_workers_can_be_scaled_to_several(services: dict[str, Service]) -> None:
    for name in ("worker_cpu", "worker_gpu"):
        worker = services[name]
        assert "container_name" not in worker
        assert not worker.get("ports")
        # A worker sweeps its scratch folder, so two workers may not share one.
        [scratch] = [volume for volume in worker["volumes"] if volume["target"] == "/scratch"]
        assert (scratch["type"], scratch.get("source")) == ("volume", None)


def test_every_file_that_is_mounted_from_the_repository_exists(product: Installation) -> None:
    for overrides in ([], ["tls.yml"], ["nvidia.yml"]):
        for service in product.services(*overrides).values():
            for volume in service.get("volumes", []):
                source = Path(volume.get("source", ""))
                # The certificate is the operator's own.
                if volume["type"] == "bind" and source.is_relative_to(product.path / "deploy"):
                    assert source.exists(), source


def test_every_image_of_the_product_is_built_from_a_file_of_the_repository(
    services: dict[str, Service],
) -> None:
    own = {
        name: service for name, service in services.items() if service["image"].startswith("video-pipeline-")
    }

    assert {service["image"] for service in own.values()} == {
        f"video-pipeline-api:{VERSION}",
        f"video-pipeline-worker-cpu:{VERSION}",
        f"video-pipeline-worker-gpu:{VERSION}-cpu",
        f"video-pipeline-ops:{VERSION}",
    }
    assert all(service.get("build") for service in own.values())
