"""Cache of the issuer's keys: rate of requests, and validity while the issuer does not answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.accounts import IssuerKeys
from domain.errors import IssuerUnavailable
from tests.servers.issuer import new_key, public_jwk

ISSUER = "https://login.example/realms/video"
KEY = new_key()


@dataclass
class FakeIssuer:
    """Issuer in memory that counts requests; `now_s` is the time."""

    names: list[str] = field(default_factory=lambda: ["first"])
    called: str = ISSUER
    away: bool = False
    asked: list[str] = field(default_factory=list)
    now_s: float = 1000.0

    def fetch(self, url: str) -> Any:
        self.asked.append(url)
        if self.away:
            raise ConnectionRefusedError("connection refused")
        if url.endswith("/.well-known/openid-configuration"):
            return {"issuer": self.called, "jwks_uri": f"{ISSUER}/keys"}
        return {"keys": [public_jwk(KEY, name) for name in self.names]}

    def keys(self) -> IssuerKeys:
        return IssuerKeys(ISSUER, self.fetch, lambda: self.now_s)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(600):
        if await true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("not within 30 s")


async def test_the_keys_are_fetched_once() -> None:
    issuer = FakeIssuer()
    keys = issuer.keys()

    found = await asyncio.gather(*(keys.key("first") for _ in range(20)))

    assert {key.key_id for key in found if key} == {"first"}
    assert issuer.asked == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"]


async def test_unknown_keys_cause_at_most_one_request_in_half_a_minute() -> None:
    issuer = FakeIssuer()
    keys = issuer.keys()
    for number in range(50):
        assert await keys.key(f"made up {number}") is None
    issuer.now_s += 31
    for number in range(50):
        assert await keys.key(f"made up {number}") is None

    assert issuer.asked.count(f"{ISSUER}/keys") == 2


async def test_a_new_key_of_the_issuers_is_found() -> None:
    issuer = FakeIssuer()
    keys = issuer.keys()
    await keys.key("first")

    issuer.names = ["second"]
    issuer.now_s += 31

    assert await keys.key("second") is not None
    assert await keys.key("first") is None


async def test_a_withdrawn_key_is_dropped_even_without_requests_for_a_new_one() -> None:
    issuer = FakeIssuer()
    keys = issuer.keys()
    await keys.key("first")

    issuer.names = ["second"]
    issuer.now_s += 601

    async def is_gone() -> bool:
        return await keys.key("first") is None

    await until(is_gone)


async def test_a_cached_key_stays_valid_while_the_issuer_does_not_answer() -> None:
    issuer = FakeIssuer()
    keys = issuer.keys()
    await keys.key("first")

    issuer.away = True
    for _ in range(20):
        issuer.now_s += 3600
        assert await keys.key("first") is not None
        await asyncio.sleep(0)


async def test_an_unknown_key_is_a_passing_fault_while_the_issuer_does_not_answer() -> None:
    issuer = FakeIssuer(away=True)
    keys = issuer.keys()

    for _ in range(20):
        with pytest.raises(IssuerUnavailable, match="connection refused"):
            await keys.key("first")
    asked_while_away = len(issuer.asked)
    issuer.away = False
    issuer.now_s += 6

    assert await keys.key("first") is not None
    assert asked_while_away == 1


async def test_a_document_of_another_issuer_is_refused() -> None:
    with pytest.raises(IssuerUnavailable, match="discovery document names"):
        await FakeIssuer(called="https://other.example").keys().key("first")


async def test_keys_are_fetched_only_over_the_network() -> None:
    def fetch(url: str) -> Any:
        if url.endswith("openid-configuration"):
            return {"issuer": ISSUER, "jwks_uri": "file:///etc/hostname"}
        from adapters.accounts.issuer_keys import fetch_json

        return fetch_json(url)

    with pytest.raises(IssuerUnavailable, match="scheme 'file'"):
        await IssuerKeys(ISSUER, fetch).key("first")


async def test_a_caller_that_disconnects_does_not_cancel_the_fetch_for_others() -> None:
    issuer = FakeIssuer()
    answer = threading.Event()

    def fetch(url: str) -> Any:
        assert answer.wait(60)
        return issuer.fetch(url)

    keys = IssuerKeys(ISSUER, fetch, lambda: issuer.now_s)
    impatient, patient = asyncio.create_task(keys.key("first")), asyncio.create_task(keys.key("first"))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    answer.set()

    assert await patient is not None
    assert issuer.asked.count(f"{ISSUER}/keys") == 1
