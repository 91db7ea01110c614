"""Limits that are checked before routing: refusals are problem documents."""

from __future__ import annotations

import pytest

from api.settings import HttpSettings
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import video

TASK = "task-" + "0" * 32


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/status/" + "x" * 1_100, {}, 414, "RequestUriTooLong"),
        ("GET", "/tasks?cursor=" + "x" * 2_100, {}, 414, "RequestUriTooLong"),
        ("POST", f"/video/{TASK}/cancel", {"Content-Length": "65537"}, 413, "RequestEntityTooLarge"),
        ("POST", f"/video/{TASK}/cancel", {"Content-Length": "9" * 30}, 413, "RequestEntityTooLarge"),
        ("POST", f"/video/{TASK}/cancel", {"Content-Length": "-1"}, 413, "RequestEntityTooLarge"),
        ("POST", f"/video/{TASK}/cancel", {"Transfer-Encoding": "chunked"}, 411, "LengthRequired"),
        ("POST", "/video/upload", {"Content-Encoding": "gzip"}, 415, "UnsupportedMediaType"),
        ("GET", "/tasks", {"Content-Encoding": "br"}, 415, "UnsupportedMediaType"),
        ("TRACE", "/tasks", {}, 405, "MethodNotAllowed"),
        ("DELETE", f"/status/{TASK}", {}, 405, "MethodNotAllowed"),
        ("GET", "/%00", {}, 404, "NotFound"),
    ],
)
async def test_a_request_of_the_wrong_shape_is_refused(
    harness: Harness, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await harness.client.request(method, path, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_small_body_on_a_route_without_one_is_ignored(harness: Harness) -> None:
    answer = await harness.client.post(f"/video/{TASK}/cancel", json={"why": "x" * 60_000})

    assert answer.json()["code"] == "TaskUnknown"


async def test_the_identity_encoding_is_accepted(harness: Harness) -> None:
    answer = await harness.client.post(
        "/video/upload", files={"file": ("a.mp4", video())}, headers={"Content-Encoding": "identity"}
    )

    assert answer.status_code == 202


async def test_only_listed_origins_may_read_responses(harness: Harness) -> None:
    site = {"Origin": "https://videos.example"}
    preflight = {**site, "Access-Control-Request-Method": "POST"}

    closed = [
        await harness.client.get("/tasks", headers=site),
        await harness.client.options("/video/upload", headers=preflight),
    ]
    async with harness.with_settings(HttpSettings(cors_origins=("https://videos.example",))) as client:
        answer = await client.get("/tasks", headers=site)
        asked_before = await client.options("/video/upload", headers=preflight)
        stranger = await client.get("/tasks", headers={"Origin": "https://evil.example"})

    assert all("access-control-allow-origin" not in each.headers for each in closed)
    assert answer.headers["access-control-allow-origin"] == "https://videos.example"
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    assert (asked_before.status_code, "POST" in asked_before.headers["access-control-allow-methods"]) == (
        200,
        True,
    )
    assert "access-control-allow-origin" not in stranger.headers


async def test_hsts_is_sent_only_when_the_operator_enables_it(harness: Harness) -> None:
    plain = await harness.client.get("/health")
    async with harness.with_settings(HttpSettings(hsts=True)) as client:
        secured = await client.get("/health")

    assert "strict-transport-security" not in plain.headers
    assert secured.headers["strict-transport-security"].startswith("max-age=63072000")


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:8000", "localhost.", "127.0.0.1:8000", "127.1.2.3", "[::1]:8000", "[::1]"),
        *("videos.example", "Videos.Example:443", "192.0.2.1:8000"),
    ],
)
async def test_loopback_names_and_listed_hosts_are_served(harness: Harness, host: str) -> None:
    async with harness.with_settings(HttpSettings(hosts=("videos.example", "192.0.2.1"))) as client:
        assert (await client.get("/tasks", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:127", "api"),
        *("192.0.2.2", "[2001:db8::1]:8000", "[::1", "::1", "xvideos.example", ""),
    ],
)
async def test_requests_for_other_hosts_are_refused_and_change_nothing(harness: Harness, host: str) -> None:
    async with harness.with_settings(HttpSettings(hosts=("videos.example",))) as client:
        answers = [
            await client.get("/health", headers={"Host": host}),
            await client.post("/video/upload", files={"file": ("a.mp4", video())}, headers={"Host": host}),
            await client.post(f"/video/{TASK}/cancel", headers={"Host": host}),
        ]

    assert [answer.status_code for answer in answers] == [421] * 3
    assert {answer.json()["code"] for answer in answers} == {"MisdirectedRequest"}
    assert harness.tasks.calls == harness.tasks.started == []
    assert harness.leftovers() == []
