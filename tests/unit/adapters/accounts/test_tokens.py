"""Validation of an issuer's tokens, and the identity read from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.accounts import IssuerKeys, OidcSettings, OidcTokens, read_oidc
from domain.accounts.identity import Identity, Plan, Role
from domain.errors import SettingInvalid, TokenRefused
from tests.servers.issuer import Issuer, new_key, running_issuer


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        yield issuer


def tokens(issuer: Issuer, **settings: Any) -> OidcTokens:
    return OidcTokens(replace(OidcSettings(issuer.url), **settings), IssuerKeys(issuer.url))


async def test_a_token_gives_owner_roles_and_plan(issuer: Issuer) -> None:
    token = issuer.token("7f3a", "user", "offline_access", plan="premium")

    identity = await tokens(issuer).identity(token)

    assert identity == Identity("oidc:7f3a", frozenset({Role.USER}), Plan.PREMIUM)


@pytest.mark.parametrize("plan", [None, "gold", 7, ["premium"], {"name": "premium"}])
async def test_an_unknown_plan_is_the_standard_plan(issuer: Issuer, plan: object) -> None:
    identity = await tokens(issuer).identity(issuer.token("7f3a", "user", plan=plan))

    assert identity.plan is Plan.STANDARD


@pytest.mark.parametrize(
    ("path", "claims"),
    [
        ("https://video.example/roles", {"https://video.example/roles": ["admin"]}),
        ("resource_access.api.roles", {"resource_access": {"api": {"roles": ["admin"]}}}),
        ("groups", {"groups": ["admin", 7, None]}),
    ],
)
async def test_roles_are_read_from_the_configured_claim(
    issuer: Issuer, path: str, claims: dict[str, Any]
) -> None:
    identity = await tokens(issuer, roles_claim=path).identity(issuer.token("7f3a", "user", **claims))

    assert identity.roles == {Role.ADMIN}


@pytest.mark.parametrize("claim", [None, "admin", {"roles": "admin"}, {"roles": None}, ["admin"], 7])
async def test_roles_in_another_form_are_none(issuer: Issuer, claim: object) -> None:
    identity = await tokens(issuer).identity(issuer.token("7f3a", realm_access=claim))

    assert identity.roles == frozenset()


def public_pem(issuer: Issuer) -> bytes:
    return issuer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signed_by_public_key(issuer: Issuer) -> str:
    """Key confusion attack: an HS256 signature with the public key as its secret."""
    import base64
    import hashlib
    import hmac

    _, payload, _ = issuer.token("7f3a", "admin").split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT","kid":"first"}').rstrip(b"=")
    signed = head + b"." + payload.encode()
    mac = hmac.new(public_pem(issuer), signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def changed(issuer: Issuer) -> str:
    head, _, signature = issuer.token("7f3a", "user").split(".")
    _, payload, _ = issuer.token("7f3a", "admin").split(".")
    return f"{head}.{payload}.{signature}"


def without_signature(issuer: Issuer) -> str:
    claims = {"iss": issuer.url, "aud": "video-pipeline", "sub": "7f3a", "exp": 9_999_999_999}
    return jwt.encode(claims, None, algorithm="none", headers={"kid": "first"})


def of_another_kind(issuer: Issuer, algorithm: str, key: Any) -> str:
    claims = {"iss": issuer.url, "aud": "video-pipeline", "sub": "7f3a", "exp": 9_999_999_999}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "first"})


@pytest.mark.parametrize(
    ("forge", "detail"),
    [
        (lambda issuer: issuer.token("7f3a", exp=int(time.time()) - 3600), "has expired"),
        (lambda issuer: issuer.token("7f3a", nbf=int(time.time()) + 3600), "not yet valid"),
        (lambda issuer: issuer.token("7f3a", exp=None), "exp"),
        (lambda issuer: issuer.token("7f3a", aud="account"), "not meant for 'video-pipeline'"),
        (lambda issuer: issuer.token("7f3a", aud=None), "aud"),
        (lambda issuer: issuer.token("7f3a", iss="http://elsewhere"), "issuer"),
        (lambda issuer: issuer.token("7f3a", iss=None), "iss"),
        (lambda issuer: issuer.token("", "admin"), "subject must have 1 to 255 characters"),
        (lambda issuer: issuer.token("x" * 300, "admin"), "subject must have 1 to 255 characters"),
        (lambda issuer: issuer.token("7f3a", sub=None), "sub"),
        (lambda issuer: issuer.token("7f3a", typ="ID"), "not an access token"),
        (lambda issuer: issuer.token("7f3a", key=new_key()), "ignature"),
        (lambda issuer: issuer.token("7f3a", kid="second"), "no key with its key id"),
        (changed, "ignature"),
        (lambda issuer: of_another_kind(issuer, "ES256", generate_private_key(SECP256R1())), "not valid"),
        (lambda issuer: of_another_kind(issuer, "EdDSA", Ed25519PrivateKey.generate()), "not valid"),
        (lambda issuer: of_another_kind(issuer, "PS256", new_key()), "not valid"),
        (without_signature, "signature algorithm is not allowed"),
        (signed_by_public_key, "signature algorithm is not allowed"),
        (lambda _: "no token at all", "not valid"),
        (lambda _: "a.b.c", "not valid"),
        (lambda _: "é.é.é", "not valid"),
    ],
)
async def test_an_invalid_token_is_refused_with_the_reason(
    issuer: Issuer, forge: Callable[[Issuer], str], detail: str
) -> None:
    with pytest.raises(TokenRefused, match=detail):
        await tokens(issuer).identity(forge(issuer))


async def test_clocks_may_differ_by_half_a_minute(issuer: Issuer) -> None:
    identity = await tokens(issuer, leeway_s=3600).identity(issuer.token("7f3a", exp=int(time.time()) - 60))

    assert identity.owner == "oidc:7f3a"
    assert OidcSettings(issuer.url).leeway_s == 30


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", "login.example"),
        ("OIDC_ISSUER", "file:///etc/passwd"),
        ("OIDC_ISSUER", "https://login.example/?realm=video"),
        ("OIDC_AUDIENCE", "account"),
        ("OIDC_AUDIENCE", ""),
        ("OIDC_ALGORITHMS", "none"),
        ("OIDC_ALGORITHMS", "RS256,HS256"),
        ("OIDC_ALGORITHMS", ""),
    ],
)
def test_an_unsafe_setting_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=name):
        read_oidc({"OIDC_ISSUER": "https://login.example", name: value})


def test_without_an_issuer_there_are_no_accounts() -> None:
    assert read_oidc({}) is None
