"""Rate limits of callers, their headers, and the monitoring routes that have none."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest
from limits import RateLimitItem, parse_many
from starlette.requests import HTTPConnection

from api.access.callers import client_of
from api.app import create_app
from api.settings import HttpSettings, RateLimits
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import video


def rates(text: str) -> tuple[RateLimitItem, ...]:
    return tuple(parse_many(text))


async def test_one_request_too_many_is_a_problem_document_that_says_how_long_to_wait(
    harness: Harness,
) -> None:
    async with harness.with_settings(HttpSettings(RateLimits(requests=rates("3/hour")))) as client:
        answers = [await client.get("/tasks") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = answers[3]
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "RateExceeded"
    assert "3 requests in 3600 s" in refused.json()["detail"]
    assert 1 <= int(refused.headers["retry-after"]) <= 7200
    assert refused.headers["x-content-type-options"] == "nosniff"


async def test_every_response_has_the_remaining_requests(harness: Harness) -> None:
    async with harness.with_settings(HttpSettings(RateLimits(requests=rates("3/hour")))) as client:
        answers = [await client.get("/tasks") for _ in range(4)]

    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"requests";q=3;w=3600'}


async def test_the_headers_show_the_tightest_of_several_limits(harness: Harness) -> None:
    async with harness.with_settings(HttpSettings(RateLimits(requests=rates("100/hour;2/day")))) as client:
        answers = [await client.get("/tasks") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"requests";q=2;w=86400'


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
async def test_monitoring_routes_have_no_rate_limit(harness: Harness, path: str) -> None:
    async with harness.with_settings(HttpSettings(RateLimits(requests=rates("1/hour")))) as client:
        answers = [await client.get(path) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}


async def test_requests_to_unknown_paths_count_too(harness: Harness) -> None:
    async with harness.with_settings(HttpSettings(RateLimits(requests=rates("1/hour")))) as client:
        answers = [await client.get(f"/nowhere/{number}") for number in range(2)]

    assert [answer.status_code for answer in answers] == [404, 429]


async def test_refusals_are_counted_in_the_metrics(harness: Harness) -> None:
    async with harness.with_settings(HttpSettings(RateLimits(requests=rates("1/hour")))) as client:
        for _ in range(3):
            await client.get("/tasks")
        metrics = (await client.get("/metrics")).text

    assert 'status="4xx"} 2.0' in metrics


async def test_each_client_has_its_own_limit(harness: Harness) -> None:
    app = create_app(harness.services, HttpSettings(RateLimits(requests=rates("1/hour"))))

    async def ask(address: str) -> int:
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return (await client.get("/tasks")).status_code

    assert [await ask("192.0.2.1"), await ask("192.0.2.2")] == [200, 200]
    assert await ask("192.0.2.1") == 429
    # One sender has a whole IPv6 network.
    assert [await ask("2001:db8::1"), await ask("2001:db8::2"), await ask("2001:db8:1::1")] == [200, 429, 200]


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix:socket", "unix:socket"),
    ],
)
def test_a_client_is_an_ipv4_address_or_an_ipv6_network(address: str, client: str) -> None:
    assert client_of(HTTPConnection({"type": "http", "client": (address, 1), "headers": []})) == client


async def test_uploads_have_a_limit_of_their_own_and_a_refused_one_leaves_nothing(harness: Harness) -> None:
    settings = HttpSettings(RateLimits(requests=rates("100/hour"), uploads=rates("1/hour")))
    async with harness.with_settings(settings) as client:
        first = await client.post("/video/upload", files={"file": ("a.mp4", b"no video")})
        second = await client.post("/video/upload", files={"file": ("a.mp4", video())})
        other = await client.get("/tasks")

    assert (first.status_code, second.status_code, other.status_code) == (415, 429, 200)
    assert second.headers["ratelimit-policy"] == '"uploads";q=1;w=3600'
    assert harness.leftovers() == []


async def test_after_the_wait_the_caller_is_served_again(harness: Harness) -> None:
    async with harness.with_settings(HttpSettings(RateLimits(requests=rates("1/second")))) as client:
        answers = await asyncio.gather(*(client.get("/tasks") for _ in range(20)))
        assert 429 in {answer.status_code for answer in answers}

        for _ in range(600):
            await asyncio.sleep(0.1)
            if (await client.get("/tasks")).status_code == 200:
                return
    raise AssertionError("never served again")


async def test_a_rate_limited_sender_who_disconnects_causes_no_error(harness: Harness) -> None:
    app = create_app(harness.services, HttpSettings(RateLimits(uploads=rates("1/hour"))))
    messages = iter([{"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, object]:
        return next(messages)

    statuses: list[object] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        statuses.append(message.get("status"))

    transport = httpx.ASGITransport(app, client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        await client.post("/video/upload", files={"file": ("a.mp4", b"no video")})
    scope = {"type": "http", "method": "POST", "path": "/video/upload", "query_string": b"", "headers": []}
    await app({**scope, "client": ("192.0.2.1", 2), "server": ("api", 80)}, receive, send)

    assert statuses[0] == 429
