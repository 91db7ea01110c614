"""Rate limits with accounts: one limit for each owner, and for each address without a valid token."""

from __future__ import annotations

import httpx
from fastapi import FastAPI
from limits import parse_many

from api.settings import HttpSettings, RateLimits
from tests.unit.api.access.test_access import ProtectedApi, issuer, protected
from tests.unit.api.forms import video

__all__ = ["issuer", "protected"]

TWO_AN_HOUR = HttpSettings(RateLimits(requests=tuple(parse_many("2/hour"))))


async def ask(app: FastAPI, token: str, address: str = "192.0.2.1") -> int:
    transport = httpx.ASGITransport(app, client=(address, 1))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as client:
        return (await client.get("/tasks")).status_code


async def test_owners_behind_one_address_have_separate_limits(protected: ProtectedApi) -> None:
    app = protected.app(TWO_AN_HOUR)
    ann, bob = protected.issuer.token("ann", "user"), protected.issuer.token("bob", "user")

    assert [await ask(app, ann) for _ in range(3)] == [200, 200, 429]
    assert [await ask(app, bob) for _ in range(3)] == [200, 200, 429]


async def test_an_owner_has_one_limit_for_all_addresses_tokens_and_keys(
    protected: ProtectedApi,
) -> None:
    app = protected.app(TWO_AN_HOUR)
    first, second = (protected.issuer.token("owner", "user", jti=name) for name in "ab")

    assert [await ask(app, first, "192.0.2.1"), await ask(app, second, "192.0.2.2")] == [200, 200]
    assert await ask(app, protected.key, "192.0.2.3") == 429


async def test_invalid_tokens_count_for_their_address(protected: ProtectedApi) -> None:
    app = protected.app(TWO_AN_HOUR)
    expired = protected.issuer.token("ann", "user", exp=1_700_000_000)

    assert [await ask(app, token) for token in ("vpk_guessed", expired, "vpk_again", "")] == [
        401,
        401,
        429,
        429,
    ]
    # A valid token from there is not checked either, or guessing could continue until it succeeds.
    assert await ask(app, protected.issuer.token("ann", "user")) == 429
    assert await ask(app, protected.issuer.token("ann", "user"), "192.0.2.9") == 200


async def test_uploads_are_counted_for_their_owner_too(protected: ProtectedApi) -> None:
    rates = RateLimits(requests=tuple(parse_many("100/hour")), uploads=tuple(parse_many("1/hour")))
    app = protected.app(HttpSettings(rates))

    async def upload(owner: str) -> int:
        headers = {"Authorization": f"Bearer {protected.issuer.token(owner, 'user')}"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
            files = {"file": ("a.mp4", video())}
            return (await client.post("/video/upload", files=files, headers=headers)).status_code

    assert [await upload("ann"), await upload("ann"), await upload("bob")] == [202, 429, 202]
