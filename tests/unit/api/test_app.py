"""The whole interface: problem documents, documentation, health, metrics, headers."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from adapters.catalogue import Catalogue, CatalogueSettings, connect
from adapters.object_store import S3ObjectStore, StoreSettings
from api.app import create_app
from api.http.problems import STATUS_OF, error_of
from domain.errors import (
    AttemptStopped,
    OperatorError,
    PassingError,
    SenderError,
    SettingInvalid,
    SourceTruncated,
    SourceUnreadable,
    WorkflowsUnavailable,
    leaves,
)
from tests.servers.temporal_server import free_port
from tests.unit.api.conftest import FakeTasks, Harness


@pytest.mark.parametrize("root", [SenderError, OperatorError, PassingError])
def test_every_error_has_its_status(root: type[SenderError]) -> None:
    kinds = [kind for kind in leaves(root) if not issubclass(kind, AttemptStopped)]

    assert [kind.__name__ for kind in kinds if kind not in STATUS_OF] == []


def test_exactly_the_sender_errors_have_a_4xx_status() -> None:
    for kind, status in STATUS_OF.items():
        assert (400 <= status < 500) == issubclass(kind, SenderError), kind


def test_an_error_is_recreated_from_its_code() -> None:
    assert isinstance(error_of("SourceTruncated", "It ends early."), SourceTruncated)
    assert isinstance(error_of("NobodyKnowsThis", "?"), SourceUnreadable)


async def test_an_unknown_path_is_a_problem_document(harness: Harness) -> None:
    answer = await harness.client.get("/nowhere?secret=1")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:video-pipeline:problem:NotFound",
        "title": "Not Found",
        "status": 404,
        "detail": "Nothing matches the given URI",
        "code": "NotFound",
        "instance": "/nowhere",
    }


async def test_a_wrong_method_is_a_problem_document_with_the_allowed_method(harness: Harness) -> None:
    answer = await harness.client.get("/video/upload")

    assert (answer.status_code, answer.json()["code"]) == (405, "MethodNotAllowed")
    assert answer.headers["allow"] == "POST"


async def test_a_wrong_method_lists_the_methods_of_every_route_of_the_path(harness: Harness) -> None:
    answers = {
        path: (await harness.client.delete(path)).headers["allow"]
        for path in ("/api-keys", f"/video/task-{'0' * 32}/files/final.mp4", "/tasks")
    }

    assert list(answers.values()) == ["GET, POST", "GET, HEAD", "GET"]


async def test_an_unexpected_error_reveals_no_secrets(harness: Harness) -> None:
    class Surprising(FakeTasks):
        async def ready(self) -> None:
            raise RuntimeError("password=hunter2")

    app = create_app(replace(harness.services, tasks=Surprising()))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        answer = await client.get("/ready")

    assert (answer.status_code, answer.json()["code"]) == (500, "InternalError")
    assert "hunter2" not in answer.text
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == (
        "nosniff",
        "no-store",
    )


async def test_an_invalid_setting_is_not_revealed_to_the_caller(harness: Harness) -> None:
    harness.tasks.fault = SettingInvalid("the key AKIA123 is refused")

    answer = await harness.client.get("/status/task-" + "0" * 32)

    assert (answer.status_code, answer.json()["code"]) == (500, "SettingInvalid")
    assert "AKIA123" not in answer.text


async def test_health_checks_no_other_service(harness: Harness) -> None:
    harness.tasks.fault = WorkflowsUnavailable("down")

    answer = await harness.client.get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_ready_when_everything_answers(harness: Harness) -> None:
    answer = await harness.client.get("/ready")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "parts": {"temporal": "ok", "store": "ok", "catalogue": "ok"}}


async def test_ready_creates_a_missing_bucket(harness: Harness, store_settings: StoreSettings) -> None:
    store = S3ObjectStore(replace(store_settings, bucket="made-by-ready"))
    transport = httpx.ASGITransport(create_app(replace(harness.services, store=store)))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        answer = await client.get("/ready")

    assert answer.status_code == 200
    store.ready()


async def test_not_ready_names_each_service_that_does_not_answer(harness: Harness) -> None:
    services = replace(
        harness.services,
        store=S3ObjectStore(StoreSettings(f"127.0.0.1:{free_port()}", "key", "secret")),
        catalogue=Catalogue(connect(CatalogueSettings("sqlite:////nowhere/catalogue.db"))),
        tasks=FakeTasks(fault=WorkflowsUnavailable("down")),
    )
    transport = httpx.ASGITransport(create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        answer = await client.get("/ready")

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "parts": {
            "temporal": "WorkflowsUnavailable",
            "store": "StoreUnavailable",
            "catalogue": "CatalogueUnavailable",
        },
    }


async def test_the_diagnostics_list_the_servers_and_the_workers_components(harness: Harness) -> None:
    services = (await harness.client.get("/doctor")).json()["parts"]

    assert [part["part"] for part in services] == ["temporal", "store", "catalogue", "worker_cpu: ffmpeg"]
    assert [part["ok"] for part in services] == [True, True, True, False]
    assert services[3]["mend"] == "Install FFmpeg with libass."


async def test_the_diagnostics_have_the_fix_for_a_server_and_skip_the_workers_without_temporal(
    harness: Harness,
) -> None:
    harness.tasks.fault = WorkflowsUnavailable("down")

    services = (await harness.client.get("/doctor")).json()["parts"]

    assert [part["part"] for part in services] == ["temporal", "store", "catalogue"]
    assert "TEMPORAL_ADDRESS" in services[0]["mend"]


async def test_the_metrics_count_requests_by_route_and_not_by_task(harness: Harness) -> None:
    await harness.client.get("/status/task-" + "0" * 32)

    metrics = (await harness.client.get("/metrics")).text

    assert 'handler="/status/{task_id}"' in metrics
    assert "task-000" not in metrics


async def test_the_openapi_document_describes_every_call_and_its_problems(harness: Harness) -> None:
    document = (await harness.client.get("/openapi.json")).json()

    assert set(document["paths"]) == {
        "/video/upload",
        "/files",
        "/files/{upload_id}",
        "/status/{task_id}",
        "/tasks",
        "/api/tasks/{task_id}/events",
        "/video/{task_id}/cancel",
        "/video/{task_id}/retry/{stage}",
        "/video/{task_id}/files/{name}",
        "/api/process-video/",
        "/api/videos/",
        "/api/videos/{video_id}",
        "/api/stream/{video_id}",
        "/api/health",
        "/webhook-key",
        "/api-keys",
        "/api-keys/{key_id}",
        "/health",
        "/ready",
        "/doctor",
        "/metrics",
    }
    upload = document["paths"]["/video/upload"]["post"]
    fields = upload["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    assert set(fields) == {"file", "subtitle_mode", "max_height", "language"}
    assert "application/problem+json" in upload["responses"]["4XX"]["content"]
    assert document["components"]["schemas"]["StatusAnswer"]["properties"]["task_id"]["examples"]


async def test_the_documentation_page_needs_no_other_host(harness: Harness) -> None:
    page = await harness.client.get("/docs")

    assert page.status_code == 200
    assert "http" not in page.text
    assert "unsafe-inline" not in page.headers["content-security-policy"].split("style-src")[0]
    for asset, media_type in (
        ("swagger-ui.css", "text/css"),
        ("swagger-ui-bundle.js", "text/javascript"),
        ("start.js", "text/javascript"),
        ("favicon.png", "image/png"),
    ):
        answer = await harness.client.get(f"/docs/{asset}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media_type)
    assert (await harness.client.get("/docs/__init__.py")).status_code == 404


async def test_the_root_redirects_to_the_documentation(harness: Harness) -> None:
    answer = await harness.client.get("/")

    assert (answer.status_code, answer.headers["location"]) == (307, "docs")


@pytest.mark.parametrize("path", ["/health", "/nowhere", "/docs", "/metrics"])
async def test_every_response_has_security_headers(harness: Harness, path: str) -> None:
    headers = (await harness.client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
