"""Rules for every service of docker-compose.yml: pinned image, no privileges, limits, no inline secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.settings import read_worker
from api.main import _GRACE_S as API_GRACE_S
from tests.deploy.compose_model import Installation, Service, environment, is_job, seconds
from tests.servers.product_process import ROOT

EXACT = re.compile(r"[a-z0-9/-]+:v?\d+(\.\d+)+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?")
# Pinned by version only: no published list of their digests was found.
WITHOUT_DIGEST = {"temporalio/admin-tools", "temporalio/server", "temporalio/ui"}
INLINE_SECRET = re.compile(r"(PASSWORD|PASS|PWD|SECRET|TOKEN|_KEY)(_FILE|__FILE)?$")


def test_every_image_is_pinned_to_an_exact_version(services: dict[str, Service]) -> None:
    for service in services.values():
        image = service["image"]
        assert EXACT.fullmatch(image), image
        repository = image.split(":")[0]
        if not image.startswith("video-pipeline-"):
            assert ("@sha256:" in image) is (repository not in WITHOUT_DIGEST), image


def test_a_service_has_a_health_check_and_restarts_and_a_job_has_neither(
    services: dict[str, Service],
) -> None:
    for name, service in services.items():
        check = service["healthcheck"]
        if is_job(service):
            assert check == {"disable": True}, name
        else:
            assert check["test"][0] == "CMD", name
            assert {"interval", "timeout", "retries", "start_period"} <= check.keys(), name
            assert service["restart"] == "unless-stopped", name


def test_no_service_has_more_rights_than_a_plain_process(services: dict[str, Service]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert not service.get("cap_add"), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert not service.get("pid") and not service.get("ipc"), name
        assert service.get("network_mode") in (None, "service:nginx"), name
        assert (service.get("user") == "root") is (name == "alloy"), name


def test_no_service_can_control_docker(services: dict[str, Service]) -> None:
    for service in services.values():
        for volume in service.get("volumes", []):
            assert "docker.sock" not in volume.get("source", "")
            if volume["type"] == "bind":
                assert volume["read_only"] is True, volume


def test_every_service_has_limits(services: dict[str, Service]) -> None:
    for name, service in services.items():
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory", "pids"} <= limits.keys(), name
        # It must start on a machine with two cores.
        assert float(limits["cpus"]) <= 2, name
        logging = service["logging"]
        assert (logging["driver"], logging["options"]["max-size"]) == ("json-file", "10m"), name
        assert all("size=" in mount for mount in service["tmpfs"] if mount.startswith("/tmp")), name


def test_the_files_hold_no_secret(product: Installation) -> None:
    for path in [product.path / "docker-compose.yml", *(product.path / "deploy/compose").glob("*.yml")]:
        for name, value in re.findall(r"^\s+([A-Z0-9_]+):[ \t]*(.*)$", path.read_text(), re.MULTILINE):
            if INLINE_SECRET.search(name):
                assert value.startswith("/run/secrets/"), f"{path.name}: {name}"


def test_each_service_gets_only_the_secrets_that_it_needs(services: dict[str, Service]) -> None:
    files = {
        name: sorted(Path(file["path"]).name for file in service.get("env_file", []))
        for name, service in services.items()
        if service.get("env_file")
    }

    assert files == {
        "api": ["catalogue.env", "store.env", "webhooks.env"],
        "worker_cpu": ["catalogue.env", "store.env", "webhooks.env"],
        "worker_gpu": ["store.env"],
        "catalogue_setup": ["catalogue.env"],
        "bucket_setup": ["store.env"],
        "s3": ["s3.env"],
        "temporal": ["temporal.env"],
        "temporal_schema": ["temporal.env"],
    }


def test_only_services_that_need_the_outside_network_have_it(product: Installation) -> None:
    model = product.load()
    services, networks = model["services"], model["networks"]

    assert {name for name, network in networks.items() if network.get("internal")} == {"back", "database"}
    of = {name: set(service.get("networks") or {}) for name, service in services.items()}
    assert {name for name, joined in of.items() if "front" in joined} == {
        name for name, service in services.items() if service.get("ports")
    }
    assert {name for name, joined in of.items() if "out" in joined} == {"nginx", "worker_cpu", "worker_gpu"}
    assert {name for name, joined in of.items() if "database" in joined} == {
        *("nginx", "worker_cpu", "catalogue_setup", "temporal_schema", "temporal", "postgres"),
    }


@pytest.mark.parametrize("name", ["worker_cpu", "worker_gpu"])
def test_a_worker_has_time_to_drain_before_it_is_killed(services: dict[str, Service], name: str) -> None:
    drain_s = read_worker("cpu", environment(services[name])).drain_s

    assert drain_s == 10
    assert seconds(services[name]["stop_grace_period"]) == 30


def test_uploads_have_time_to_finish_before_the_api_is_killed(services: dict[str, Service]) -> None:
    api, nginx = (seconds(services[name]["stop_grace_period"]) for name in ("api", "nginx"))

    assert nginx > api > API_GRACE_S


def test_temporals_schema_is_set_up_by_a_job_of_the_servers_version(
    services: dict[str, Service],
) -> None:
    version = services["temporal"]["image"].split(":")[1]

    assert services["temporal_schema"]["image"] == f"temporalio/admin-tools:{version}"
    assert services["ops"]["build"]["args"]["ADMIN_TOOLS"] == f"temporalio/admin-tools:{version}"
    assert tuple(int(part) for part in version.split(".")) >= (1, 31, 3)
    assert all("auto-setup" not in service["image"] for service in services.values())
    arguments = re.findall(
        r"^ARG ADMIN_TOOLS=(.*)$", (ROOT / "deploy/compose/ops.Dockerfile").read_text(), re.M
    )
    assert arguments == [services["temporal_schema"]["image"]]
