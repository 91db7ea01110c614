"""Webhook addresses of uploads, and the key of their signatures."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from api.app import create_app
from domain.tasks.webhooks import owner_key, shown_key
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import video
from tests.unit.api.library.library_server import send as process

SECRET = "a secret of this installation, long enough"
URL = "https://example.org/hook"


def client(harness: Harness, secret: str = SECRET) -> httpx.AsyncClient:
    app = create_app(replace(harness.services, webhook_secret=secret))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")


async def send(http: httpx.AsyncClient, url: str = URL) -> httpx.Response:
    return await http.post("/video/upload", files={"file": ("a.mp4", video())}, headers={"Webhook-Url": url})


async def test_the_webhook_address_is_in_the_start_message_and_in_the_row(harness: Harness) -> None:
    async with client(harness) as http:
        answer = await send(http)

    assert answer.status_code == 202
    assert harness.tasks.started[0].webhook_url == URL
    row = harness.services.catalogue.by_task(answer.json()["task_id"])
    assert row is not None
    assert row.webhook_url == URL


async def test_a_library_upload_can_have_a_webhook_too(harness: Harness) -> None:
    async with client(harness) as http:
        answer = await process(http, headers={"Webhook-Url": URL})
        refused = await process(http, headers={"Webhook-Url": "file:///etc/passwd"}, crf_value="30")

    assert (answer.status_code, refused.status_code) == (202, 422)
    assert [request.webhook_url for request in harness.tasks.started] == [URL]


@pytest.mark.parametrize("url", ["example.org", "file:///etc/passwd", "https://user:secret@example.org/"])
async def test_an_invalid_webhook_address_is_refused_at_once(harness: Harness, url: str) -> None:
    async with client(harness) as http:
        answer = await send(http, url)

    assert (answer.status_code, answer.json()["code"]) == (422, "WebhookForbidden")
    assert harness.leftovers() == []


async def test_an_installation_without_webhooks_refuses_an_address(harness: Harness) -> None:
    async with client(harness, secret="") as http:
        asked, key = await send(http), await http.get("/webhook-key")

    assert (asked.status_code, asked.json()["code"]) == (422, "WebhookForbidden")
    assert (key.status_code, key.json()["code"]) == (404, "WebhooksAbsent")
    assert harness.leftovers() == []


async def test_the_caller_gets_the_key_of_their_webhook_signatures(harness: Harness) -> None:
    async with client(harness) as http:
        shown = (await http.get("/webhook-key")).json()["key"]

    assert shown == shown_key(owner_key(SECRET, "local"))
    assert SECRET not in shown
