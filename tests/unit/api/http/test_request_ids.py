"""Request ids: every response and every log line of a request has its id."""

from __future__ import annotations

import re

import pytest
from structlog.testing import capture_logs

from tests.unit.api.conftest import Harness


async def test_a_callers_own_request_id_is_returned(harness: Harness) -> None:
    answer = await harness.client.get("/health", headers={"X-Request-ID": "shop-2026.11_42"})

    assert answer.headers["x-request-id"] == "shop-2026.11_42"


@pytest.mark.parametrize(
    "sent", ["", "short", "a" * 65, "evil\x0bline-break", 'quote"and{brace}', "-Dashed-first"]
)
async def test_an_invalid_request_id_is_replaced(harness: Harness, sent: str) -> None:
    answer = await harness.client.get("/health", headers={"X-Request-ID": sent})

    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_every_response_has_its_own_request_id_refusals_too(harness: Harness) -> None:
    answers = [await harness.client.get(path) for path in ("/status/nonsense", "/nowhere", "/" + "x" * 2000)]

    assert [answer.status_code for answer in answers] == [404, 404, 414]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3


async def test_a_request_is_logged_in_one_line_without_its_query(harness: Harness) -> None:
    with capture_logs() as lines:
        await harness.client.get("/status/nonsense?token=opens-the-protected")
        await harness.client.get("/health")

    (line,) = [line for line in lines if line["event"] == "request_answered"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/status/nonsense", 404)
    assert "opens-the-protected" not in str(lines)


async def test_the_response_and_the_log_line_of_an_unexpected_error_have_the_request_id(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(harness.services.catalogue, "by_task", broken)
    with capture_logs() as lines:
        answer = await harness.client.get(
            "/status/task-" + "1" * 32, headers={"X-Request-ID": "unforeseen-1"}
        )

    (line,) = [line for line in lines if line["event"] == "request_answered"]
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "unforeseen-1")
    assert (line["status"], line["fault"]) == (500, "ZeroDivisionError")
