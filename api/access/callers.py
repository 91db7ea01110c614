"""Caller of a request: the authenticated identity, and the network address."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

from domain.accounts.identity import LOCAL, Identity, Plan

OWNER = LOCAL.owner
"""Owner of all videos where there are no accounts."""

_SCHEME = "bearer"
# Providers assign a whole /64 network to one household or server.
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True)
class Caller:
    """Identity and address. `owner` has the videos, quotas and keys; `client` is the network address."""

    identity: Identity
    client: str

    @property
    def owner(self) -> str:
        return self.identity.owner

    @property
    def plan(self) -> Plan:
        return self.identity.plan


def caller_of(request: HTTPConnection) -> Caller:
    """Returns the caller. Raises `TypeError` on a route that is open to everybody."""
    caller: Caller | None = request.state.caller
    if caller is None:
        raise TypeError(f"{request.url.path} is open to everybody, so it has no caller")
    return caller


def token_of(request: HTTPConnection) -> str:
    """Returns the bearer token of the request, or an empty string."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == _SCHEME else ""


def client_of(request: HTTPConnection) -> str:
    """Returns the client's IPv4 address or IPv6 network; anything else the server reports is unchanged."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address.packed, _IPV6_NETWORK_BITS), strict=False))
