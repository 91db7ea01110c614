"""Settings of accounts: the OpenID Connect issuer and the claims that hold roles and plan."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from domain.errors import SettingInvalid

# Not HS*, for which anyone could sign with the public key, and not `none`, which needs no key.
ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


@dataclass(frozen=True)
class OidcSettings:
    """Issuer and token rules. `roles_claim` and `plan_claim` are claim names or paths with dots."""

    issuer: str
    audience: str = "video-pipeline"
    roles_claim: str = "realm_access.roles"
    plan_claim: str = "plan"
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256", "EdDSA")
    leeway_s: int = 30


def read_oidc(env: Mapping[str, str] = os.environ) -> OidcSettings | None:
    """Reads the settings; None without OIDC_ISSUER, which means no accounts."""
    issuer = env.get("OIDC_ISSUER", "")
    if not issuer:
        return None
    address = urlsplit(issuer)
    if address.scheme not in ("http", "https") or not address.hostname or address.query or address.fragment:
        raise SettingInvalid(
            f"OIDC_ISSUER is {issuer!r}; it must be an address such as https://login.example/realms/video."
        )
    defaults = OidcSettings(issuer)
    return OidcSettings(
        issuer=issuer,
        audience=_audience(env.get("OIDC_AUDIENCE", defaults.audience)),
        roles_claim=env.get("OIDC_ROLES_CLAIM", defaults.roles_claim),
        plan_claim=env.get("OIDC_PLAN_CLAIM", defaults.plan_claim),
        algorithms=_algorithms(env.get("OIDC_ALGORITHMS", ",".join(defaults.algorithms))),
    )


def _audience(name: str) -> str:
    # Keycloak puts `account` into the tokens of all its clients.
    if name in ("", "account"):
        raise SettingInvalid(
            f"OIDC_AUDIENCE is {name!r}; it must be an audience that only tokens for this product have."
        )
    return name


def _algorithms(text: str) -> tuple[str, ...]:
    named = tuple(name.strip() for name in text.split(","))
    if not all(name in ASYMMETRIC for name in named):
        raise SettingInvalid(f"OIDC_ALGORITHMS is {text!r}; it must name some of {', '.join(ASYMMETRIC)}.")
    return named
