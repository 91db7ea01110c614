"""Who sends a request: as whom the gate has let them in, and from where they come."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

from domain.accounts.identity import LOCAL, Identity, Plan

OWNER = LOCAL.owner
"""Whose videos these are where there are no accounts."""

_SCHEME = "bearer"
# One household or server is given a whole network of addresses.
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True)
class Caller:
    """`owner` is whose videos, quotas and keys these are; `client` is where they come from."""

    identity: Identity
    client: str

    @property
    def owner(self) -> str:
        return self.identity.owner

    @property
    def plan(self) -> Plan:
        return self.identity.plan


def caller_of(request: HTTPConnection) -> Caller:
    """The caller of a route that is not open to everybody."""
    caller: Caller | None = request.state.caller
    if caller is None:
        raise TypeError(f"{request.url.path} is open to everybody, so it can't ask who calls")
    return caller


def token_of(request: HTTPConnection) -> str:
    """The bearer token that came with the request; empty where none did."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == _SCHEME else ""


def client_of(request: HTTPConnection) -> str:
    """The address, for IPv6 the network that it is from; whatever else a server names stays as it is."""
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
