"""Webhooks: body, signature and allowed addresses."""

from __future__ import annotations

import json
from base64 import b64decode
from ipaddress import ip_address

import pytest

from domain.errors import WebhookForbidden
from domain.tasks.state import Fault, TaskOutcome, TaskState, TaskStatus
from domain.tasks.webhooks import (
    Webhook,
    check_url,
    is_public,
    owner_key,
    shown_key,
    signed_headers,
    webhook_of,
)


def test_the_signature_is_the_one_of_the_standards_own_example() -> None:
    """Message, key and signature from the documents on which the standard is based."""
    key = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    webhook = Webhook("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}')

    headers = signed_headers(webhook, key, 1614265330)

    assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_webhook_of_a_completed_task_has_the_paths_of_its_results() -> None:
    outcome = TaskOutcome("k", "fr", 0.9, ("cat",), None, {"final.mp4": "k"})
    state = TaskState("task-1", TaskStatus.COMPLETED, 1_700_000_000_000_000, outcome=outcome)

    webhook = webhook_of(state)

    assert webhook.message_id == "task-1.task.completed"
    assert json.loads(webhook.body) == {
        "type": "task.completed",
        "timestamp": "2023-11-14T22:13:20+00:00",
        "data": {
            "task_id": "task-1",
            "status": "completed",
            "status_url": "/status/task-1",
            "language": "fr",
            "animals_detected": ["cat"],
            "files": {"final.mp4": "/video/task-1/files/final.mp4"},
            "error": None,
        },
    }


def test_the_webhook_of_a_failed_task_has_its_error() -> None:
    state = TaskState("task-1", TaskStatus.FAILED, 1, fault=Fault("NoVideoStream", "No picture."))

    body = json.loads(webhook_of(state).body)

    assert body["type"] == "task.failed"
    assert body["data"]["error"] == {"code": "NoVideoStream", "message": "No picture."}


def test_each_owner_has_a_separate_key() -> None:
    keys = {owner_key("s" * 32, owner) for owner in ("oidc:a", "oidc:b")} | {owner_key("t" * 32, "oidc:a")}

    assert len(keys) == 3
    assert shown_key(b"\x00" * 32) == "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@pytest.mark.parametrize(
    "url", ["https://example.org/hook", "http://example.org:8080/a?b=c", "https://[2001:db8::1]/"]
)
def test_a_valid_address_is_accepted(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "example.org/hook",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https:///hook",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://[::1/",
        "https://example.org/a b",
        "https://example.org/\r\nX: y",
        "https://exämple.org/",
        "https://example.org/" + "x" * 1000,
    ],
)
def test_an_invalid_address_is_refused(url: str) -> None:
    with pytest.raises(WebhookForbidden):
        check_url(url)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_an_internet_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_an_address_of_a_private_network_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
