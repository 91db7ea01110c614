"""Decides who comes with a token: the one local user, or whom the issuer vouches for."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol

from anyio import to_thread

from adapters.accounts import OidcTokens
from adapters.catalogue import KEY_MARK, ApiKeys
from api.http.clock import now_us
from domain.accounts.identity import LOCAL, Identity
from domain.errors import SettingInvalid, TokenRefused


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
    """Everybody whom the issuer vouches for, and machines with an API key of somebody's."""

    tokens: OidcTokens
    api_keys: ApiKeys
    ask_for_token: bool = True

    async def identity(self, token: str) -> Identity:
        if token.startswith(KEY_MARK):
            identity = await to_thread.run_sync(self.api_keys.identity, token, now_us())
            if identity.owner == LOCAL.owner:
                raise TokenRefused("The API key was made before there were accounts.")
            return identity
        return await self.tokens.identity(token)


def is_loopback(host: str) -> bool:
    """Whether the name or address is this very machine's, wherever it is asked."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def require_loopback(host: str) -> None:
    """Without accounts only this very machine is served."""
    if not is_loopback(host):
        raise SettingInvalid(
            f"API_HOST is {host!r}, and without OIDC_ISSUER whoever reaches it would be let in as its owner: "
            "set OIDC_ISSUER, or listen on 127.0.0.1."
        )
