"""Decides who comes with a token: the one local user, or whom the issuer vouches for."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol

from adapters.accounts import OidcTokens
from domain.accounts import LOCAL, Identity
from domain.errors import SettingInvalid


class Accounts(Protocol):
    @property
    def ask_for_token(self) -> bool:
        """Whether callers must say who they are."""

    async def identity(self, token: str) -> Identity:
        """Who comes with this token. Raises `TokenRefused`, or `IssuerUnavailable`."""


@dataclass(frozen=True)
class OneLocalUser:
    """Whoever reaches the process is its user, and may do everything."""

    ask_for_token: bool = False

    async def identity(self, token: str) -> Identity:
        return LOCAL


@dataclass(frozen=True)
class OidcAccounts:
    """Everybody whom the issuer vouches for."""

    tokens: OidcTokens
    ask_for_token: bool = True

    async def identity(self, token: str) -> Identity:
        return await self.tokens.identity(token)


def require_loopback(host: str) -> None:
    """Without accounts only this very machine is served."""
    if host == "localhost":
        return
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise SettingInvalid(
            f"API_HOST is {host!r}, and without OIDC_ISSUER whoever reaches it would be let in as its owner: "
            "set OIDC_ISSUER, or listen on 127.0.0.1."
        )
