"""What every service of docker-compose.yml owes: a pinned image, no rights, limits, no secret inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.settings import read_worker
from api.main import _GRACE_S as API_GRACE_S
from tests.deploy.compose_model import Installation, Service, environment, is_job, seconds
from tests.servers.product_process import ROOT

EXACT = re.compile(r"[a-z0-9/-]+:v?\d+(\.\d+)+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?")
# Their makers' releases are known by number, and nobody's record of their digests was found.
WITHOUT_DIGEST = {"temporalio/admin-tools", "temporalio/server", "temporalio/ui"}
INLINE_SECRET = re.compile(r"(PASSWORD|PASS|PWD|SECRET|TOKEN|_KEY)(_FILE|__FILE)?$")


def test_every_image_is_pinned_to_an_exact_version(services: dict[str, Service]) -> None:
    for service in services.values():
        image = service["image"]
        assert EXACT.fullmatch(image), image
        repository = image.split(":")[0]
        if not image.startswith("video-pipeline-"):
            assert ("@sha256:" in image) is (repository not in WITHOUT_DIGEST), image


def test_a_service_says_whether_it_is_well_and_comes_back_and_a_job_is_over_when_it_is_over(
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


def test_nobody_has_a_right_more_than_a_plain_process(services: dict[str, Service]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert not service.get("cap_add"), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert not service.get("pid") and not service.get("ipc"), name
        assert service.get("network_mode") in (None, "service:nginx"), name
        assert (service.get("user") == "root") is (name == "alloy"), name


def test_nobody_can_command_docker(services: dict[str, Service]) -> None:
    for service in services.values():
        for volume in service.get("volumes", []):
            assert "docker.sock" not in volume.get("source", "")
            if volume["type"] == "bind":
                assert volume["read_only"] is True, volume


def test_everybody_has_limits(services: dict[str, Service]) -> None:
    for name, service in services.items():
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory", "pids"} <= limits.keys(), name
        # A machine with two cores must be able to start it.
        assert float(limits["cpus"]) <= 2, name
        logging = service["logging"]
        assert (logging["driver"], logging["options"]["max-size"]) == ("json-file", "10m"), name
        assert all("size=" in mount for mount in service["tmpfs"] if mount.startswith("/tmp")), name


def test_no_secret_stands_in_the_files(product: Installation) -> None:
    for path in [product.path / "docker-compose.yml", *(product.path / "deploy/compose").glob("*.yml")]:
        for name, value in re.findall(r"^\s+([A-Z0-9_]+):[ \t]*(.*)$", path.read_text(), re.MULTILINE):
            if INLINE_SECRET.search(name):
                assert value.startswith("/run/secrets/"), f"{path.name}: {name}"


def test_each_gets_the_secrets_that_it_needs_and_no_others(services: dict[str, Service]) -> None:
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


def test_only_what_is_asked_from_outside_can_go_there(product: Installation) -> None:
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
def test_a_worker_may_hand_its_work_over_before_it_is_killed(services: dict[str, Service], name: str) -> None:
    drain_s = read_worker("cpu", environment(services[name])).drain_s

    assert drain_s == 10
    assert seconds(services[name]["stop_grace_period"]) == 30


def test_an_upload_may_come_in_before_the_api_is_killed(services: dict[str, Service]) -> None:
    api, nginx = (seconds(services[name]["stop_grace_period"]) for name in ("api", "nginx"))

    assert nginx > api > API_GRACE_S


def test_temporal_is_never_set_up_by_its_server_and_its_schema_is_of_the_same_version(
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
