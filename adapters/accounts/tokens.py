"""Check of bearer tokens: validates a token and returns its bearer's identity, roles and plan."""

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
        """Identity in the token. Raises `TokenRefused`, or `IssuerUnavailable` when its key can't be had."""
        try:
            claims = await self._claims(token)
        except ExpiredSignatureError as error:
            raise TokenRefused("The token has expired: get a new one.") from error
        except InvalidAudienceError as error:
            raise TokenRefused(
                f"The token is not meant for {self._settings.audience!r}: get one with that audience."
            ) from error
        except InvalidTokenError as error:
            raise TokenRefused(f"The token is not valid: {error}.") from error
        subject = claims["sub"]
        if not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise TokenRefused(f"The token's subject must have 1 to {_LONGEST_SUBJECT} characters.")
        return Identity(
            # The prefix keeps subjects apart from the local user and from owners of other kinds.
            owner=f"oidc:{subject}",
            roles=_roles(_claim(claims, self._settings.roles_claim)),
            plan=plan_of(_claim(claims, self._settings.plan_claim)),
        )

    async def _claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in self._settings.algorithms:
            raise InvalidTokenError("its signature algorithm is not allowed")
        key = await self._keys.key(str(header.get("kid", "")))
        if key is None:
            raise InvalidTokenError("the issuer has no key with its key id")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(self._settings.algorithms),
            audience=self._settings.audience,
            issuer=self._settings.issuer,
            leeway=self._settings.leeway_s,
            options={"require": _REQUIRED},
        )
        # Keycloak signs ID tokens with the same key.
        if claims.get("typ", "Bearer") != "Bearer":
            raise InvalidTokenError("it is not an access token")
        return claims


def _claim(claims: dict[str, Any], path: str) -> Any:
    """Claim with this name (which may have dots), else the claim at this path; None if there is none."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _roles(named: Any) -> frozenset[Role]:
    return frozenset(role for role in Role if isinstance(named, list) and role.value in named)
