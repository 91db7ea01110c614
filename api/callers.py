"""Who sends a request: the one place that accounts will change."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

OWNER = "local"
"""Whose videos these are, until there are accounts."""

# One household or server is given a whole network of addresses.
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True)
class Caller:
    """`owner` is whose videos, quotas and keys these are; `client` is who is told to slow down."""

    owner: str
    client: str


def caller_of(request: HTTPConnection) -> Caller:
    return Caller(OWNER, _network_of(request.client.host if request.client else ""))


def _network_of(host: str) -> str:
    """The address, for IPv6 the network that it is from; whatever else a server names stays as it is."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address.packed, _IPV6_NETWORK_BITS), strict=False))
