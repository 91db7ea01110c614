"""Sender of webhooks: resolves the host once, checks the address, connects to it, follows no redirect."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from adapters.settings import choice
from domain.errors import SettingInvalid, WebhookForbidden, WebhookUndelivered
from domain.tasks.webhooks import check_url, is_public

Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int], list[Address]]

_TIMEOUT = Timeout(connect=5.0, read=10.0)
_SHORTEST_SECRET = 32


@dataclass(frozen=True)
class WebhookSettings:
    """Settings of webhooks; without a secret they are off."""

    secret: str = ""
    allow_private: bool = False


def read_webhooks(env: Mapping[str, str] = os.environ) -> WebhookSettings:
    secret = env.get("WEBHOOK_SECRET", "")
    if secret and len(secret) < _SHORTEST_SECRET:
        raise SettingInvalid(f"WEBHOOK_SECRET must have at least {_SHORTEST_SECRET} characters.")
    allowed = choice(env, "WEBHOOK_ALLOW_PRIVATE", "false", ("true", "false"))
    return WebhookSettings(secret, allowed == "true")


def look_up(host: str, port: int) -> list[Address]:
    """Addresses of a host; raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


@dataclass(frozen=True)
class WebhookSender:
    allow_private: bool = False
    lookup: Lookup = look_up

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Send once. The response's body is not read, and a redirect is not followed."""
        check_url(url)
        target = urlsplit(url)
        host = target.hostname or ""
        port = target.port or (443 if target.scheme == "https" else 80)
        address = self._address(host, port)
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        # The name may resolve differently later, so the connection goes to the checked address.
        pool = self._pool(target.scheme, str(address), port, host)
        try:
            response = pool.urlopen(
                "POST",
                path,
                body=body,
                headers={**headers, "Host": target.netloc, "User-Agent": "video-pipeline"},
                redirect=False,
                retries=False,
                preload_content=False,
            )
            response.close()
        except (HTTPError, OSError) as error:
            raise WebhookUndelivered(f"The webhook can't be delivered to {host}: {error}") from error
        finally:
            pool.close()
        if not 200 <= response.status < 300:
            raise WebhookUndelivered(f"{host} answered the webhook with {response.status}.")

    def _address(self, host: str, port: int) -> Address:
        try:
            addresses = self.lookup(host, port)
        except (OSError, UnicodeError) as error:
            raise WebhookUndelivered(f"{host} can't be found: {error}") from error
        if not addresses:
            raise WebhookUndelivered(f"{host} has no address.")
        if not (self.allow_private or all(is_public(address) for address in addresses)):
            raise WebhookForbidden(f"{host} resolves to a private address; webhooks must go to public ones.")
        return addresses[0]

    def _pool(self, scheme: str, address: str, port: int, host: str) -> HTTPConnectionPool:
        if scheme == "http":
            return HTTPConnectionPool(address, port, timeout=_TIMEOUT)
        return HTTPSConnectionPool(
            address,
            port,
            timeout=_TIMEOUT,
            ssl_context=ssl.create_default_context(),
            server_hostname=host,
            assert_hostname=host,
        )
