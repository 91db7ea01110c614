"""Decides whether a token of the issuer's is good here, and what it says of its bearer."""

from __future__ import annotations

from typing import Any

import jwt
from jwt import ExpiredSignatureError, InvalidAudienceError, InvalidTokenError

from adapters.accounts.issuer_keys import IssuerKeys
from adapters.accounts.settings import OidcSettings
from domain.accounts.identity import Identity, Role, plan_of
from domain.errors import TokenRefused

_REQUIRED = ["exp", "iss", "aud", "sub"]
_LONGEST_SUBJECT = 255


class OidcTokens:
    def __init__(self, settings: OidcSettings, keys: IssuerKeys) -> None:
        self._settings = settings
        self._keys = keys

    async def identity(self, token: str) -> Identity:
        """Who the token speaks of. Raises `TokenRefused`, or `IssuerUnavailable` when its key is unknown."""
        try:
            claims = await self._claims(token)
        except ExpiredSignatureError as error:
            raise TokenRefused("The token has expired: get a new one.") from error
        except InvalidAudienceError as error:
            raise TokenRefused(
                f"The token is not meant for {self._settings.audience!r}: ask the issuer for one that is."
            ) from error
        except InvalidTokenError as error:
            raise TokenRefused(f"The token is not good here: {error}.") from error
        subject = claims["sub"]
        if not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise TokenRefused("The token names nobody that can be known here.")
        return Identity(
            # No subject can take the name of the local user, or of anybody who is known another way.
            owner=f"oidc:{subject}",
            roles=_roles(_claim(claims, self._settings.roles_claim)),
            plan=plan_of(_claim(claims, self._settings.plan_claim)),
        )

    async def _claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in self._settings.algorithms:
            raise InvalidTokenError("its signature is of a kind that is not taken")
        key = await self._keys.key(str(header.get("kid", "")))
        if key is None:
            raise InvalidTokenError("the issuer has no key that it names")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(self._settings.algorithms),
            audience=self._settings.audience,
            issuer=self._settings.issuer,
            leeway=self._settings.leeway_s,
            options={"require": _REQUIRED},
        )
        # Keycloak signs what it says to a client about a login with the same key.
        if claims.get("typ", "Bearer") != "Bearer":
            raise InvalidTokenError("it is not an access token")
        return claims


def _claim(claims: dict[str, Any], path: str) -> Any:
    """The claim of this name, which may hold dots itself, else what the path leads to; None for nothing."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _roles(named: Any) -> frozenset[Role]:
    return frozenset(role for role in Role if isinstance(named, list) and role.value in named)
