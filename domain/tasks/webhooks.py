"""What a webhook says and how it is signed, and which addresses one may go to."""

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
# Behind each address in here stands one of the old kind, which may be a private one.
_TRANSLATED = ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Webhook:
    """One message, the same in every try: its `message_id` tells a receiver that it came twice."""

    message_id: str
    body: bytes


@dataclass(frozen=True)
class NotifyInput:
    """Tells `url` of a task that has ended in `state`, signed with the owner's key."""

    owner: str
    url: str
    state: TaskState


def webhook_of(state: TaskState) -> Webhook:
    """`task.completed` or `task.failed`, with where the results can be fetched."""
    kind = f"task.{state.status.value}"
    outcome = state.outcome
    told = {
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
    return Webhook(f"{state.task_id}.{kind}", json.dumps(told, separators=(",", ":")).encode())


def owner_key(secret: str, owner: str) -> bytes:
    """The key of one owner's webhooks: it gives away neither the installation's secret nor another's key."""
    return hmac.digest(secret.encode(), f"webhooks of {owner}".encode(), sha256)


def shown_key(key: bytes) -> str:
    """A key as the libraries of standardwebhooks.com take it."""
    return "whsec_" + b64encode(key).decode()


def signed_headers(webhook: Webhook, key: bytes, at_s: int) -> dict[str, str]:
    """The headers by which a receiver knows whose message it is, and that it is not an old one."""
    signed = b".".join((webhook.message_id.encode(), str(at_s).encode(), webhook.body))
    return {
        "Content-Type": "application/json",
        "webhook-id": webhook.message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": "v1," + b64encode(hmac.digest(key, signed, sha256)).decode(),
    }


def check_url(url: str) -> None:
    """Raises `WebhookForbidden` for what no webhook can be sent to, wherever that is."""
    try:
        address = urlsplit(url)
        port = address.port
    except ValueError as error:
        raise WebhookForbidden(f"The webhook's address can't be read: {error}.") from error
    good = (
        len(url) <= LONGEST_URL
        and url.isascii()
        and url.isprintable()
        and " " not in url
        and address.scheme in ("https", "http")
        and address.hostname
        and port != 0
        and not (address.username or address.password or address.fragment)
    )
    if not good:
        raise WebhookForbidden(
            "The webhook's address must be such as https://example.org/hook, with no name or password in it."
        )


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether everybody could reach this address: nothing of the installation's own network is one."""
    if isinstance(address, IPv6Address):
        if address in _TRANSLATED:
            return is_public(IPv4Address(address.packed[-4:]))
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner:
            return is_public(inner)
    return address.is_global and not address.is_multicast
