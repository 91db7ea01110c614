"""Webhooks: body, signature and allowed addresses."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import urlsplit

from domain.errors import WebhookForbidden
from domain.tasks.state import TaskState

LONGEST_URL = 1000
# NAT64: each address in this network maps to an IPv4 address, which may be a private one.
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Webhook:
    """One message; `message_id` is the same in every try, so that a receiver recognizes a repeat."""

    message_id: str
    body: bytes


@dataclass(frozen=True)
class NotifyInput:
    """Webhook to `url` about a task that has ended in `state`, signed with the owner's key."""

    owner: str
    url: str
    state: TaskState


def webhook_of(state: TaskState) -> Webhook:
    """The `task.completed` or `task.failed` message, with the paths of the results."""
    kind = f"task.{state.status.value}"
    outcome = state.outcome
    payload = {
        "type": kind,
        "timestamp": datetime.fromtimestamp(state.updated_us / 1_000_000, UTC).isoformat(),
        "data": {
            "task_id": state.task_id,
            "status": state.status.value,
            "status_url": f"/status/{state.task_id}",
            "language": outcome.language,
            "animals_detected": list(outcome.animals_detected),
            "files": {name: f"/video/{state.task_id}/files/{name}" for name in outcome.files},
            "error": {"code": state.fault.code, "message": state.fault.message} if state.fault else None,
        },
    }
    return Webhook(f"{state.task_id}.{kind}", json.dumps(payload, separators=(",", ":")).encode())


def owner_key(secret: str, owner: str) -> bytes:
    """The signing key of one owner; neither the secret nor another owner's key can be derived from it."""
    return hmac.digest(secret.encode(), f"webhooks of {owner}".encode(), sha256)


def shown_key(key: bytes) -> str:
    """A key in the text form of standardwebhooks.com."""
    return "whsec_" + b64encode(key).decode()


def signed_headers(webhook: Webhook, key: bytes, at_s: int) -> dict[str, str]:
    """The headers with which a receiver checks the sender and the age of the message."""
    signed = b".".join((webhook.message_id.encode(), str(at_s).encode(), webhook.body))
    return {
        "Content-Type": "application/json",
        "webhook-id": webhook.message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": "v1," + b64encode(hmac.digest(key, signed, sha256)).decode(),
    }


def check_url(url: str) -> None:
    """Raises `WebhookForbidden` for a malformed URL; the address is not resolved here."""
    try:
        address = urlsplit(url)
        port = address.port
    except ValueError as error:
        raise WebhookForbidden(f"The webhook's address is not a valid URL: {error}.") from error
    valid = (
        len(url) <= LONGEST_URL
        and url.isascii()
        and url.isprintable()
        and " " not in url
        and address.scheme in ("https", "http")
        and address.hostname
        and port != 0
        and not (address.username or address.password or address.fragment)
    )
    if not valid:
        raise WebhookForbidden(
            "The webhook's address must look like https://example.org/hook, without a user name or password."
        )


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """True for an address in the public internet; false for any of the installation's own network."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(address.packed[-4:]))
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner:
            return is_public(inner)
    return address.is_global and not address.is_multicast
