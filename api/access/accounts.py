"""Accounts of callers: the one local user, or the users of an OpenID Connect issuer and their API keys."""

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
        """True when every caller needs a token or an API key."""

    async def identity(self, token: str) -> Identity:
        """Returns the identity of this token or key. Raises `TokenRefused` or `IssuerUnavailable`."""


@dataclass(frozen=True)
class OneLocalUser:
    """Accounts of an installation without an issuer: every caller is the local user and may do everything."""

    ask_for_token: bool = False

    async def identity(self, token: str) -> Identity:
        return LOCAL


@dataclass(frozen=True)
class OidcAccounts:
    """Accounts of an OpenID Connect issuer, and the API keys of their owners."""

    tokens: OidcTokens
    api_keys: ApiKeys
    ask_for_token: bool = True

    async def identity(self, token: str) -> Identity:
        if token.startswith(KEY_MARK):
            identity = await to_thread.run_sync(self.api_keys.identity, token, now_us())
            if identity.owner == LOCAL.owner:
                raise TokenRefused(
                    "The API key is older than the accounts of this installation: create a new one."
                )
            return identity
        return await self.tokens.identity(token)


def is_loopback(host: str) -> bool:
    """True for `localhost` and loopback addresses; resolves no names."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def require_loopback(host: str) -> None:
    """Raises `SettingInvalid` unless the host is loopback: without accounts only this machine is served."""
    if not is_loopback(host):
        raise SettingInvalid(
            f"API_HOST is {host!r}, but without OIDC_ISSUER there is no authentication: "
            "set OIDC_ISSUER, or listen on 127.0.0.1."
        )
