"""Decides when the issuer is asked for its public keys, so that neither its silence nor a flood of made-up
keys hurts: what is known goes on working, and what is unknown is asked for every so often only."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any

import structlog
from anyio import to_thread
from jwt import PyJWK, PyJWKClient, PyJWKSet, PyJWTError

from domain.errors import IssuerUnavailable

Fetch = Callable[[str], Any]

# An issuer publishes a new key a good while before it signs with it, and withdraws one that has leaked.
_FRESH_S = 600.0
# At most so often, whatever callers send; sooner only when the last try gave nothing.
_PAUSE_S = 30.0
_PAUSE_AFTER_FAULT_S = 5.0
_ANSWER_WITHIN_S = 5.0

_log = structlog.get_logger(__name__)


def fetch_json(url: str) -> Any:
    """The JSON object at an http address; follows no redirect. Raises `PyJWTError` or `ValueError`."""
    return PyJWKClient(url, cache_jwk_set=False, timeout=_ANSWER_WITHIN_S).fetch_data()


class IssuerKeys:
    """The keys of one issuer, found by its discovery document."""

    def __init__(
        self, issuer: str, fetch: Fetch = fetch_json, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._clock_s = clock_s
        self._keys: dict[str, PyJWK] = {}
        self._fault = ""
        self._tried_s = self._fetched_s = -math.inf
        self._refreshing: asyncio.Task[None] | None = None

    async def key(self, key_id: str) -> PyJWK | None:
        """The key of this name, or None when the issuer has none.

        Raises `IssuerUnavailable` when it is not known here and the issuer does not answer.
        """
        known = self._keys.get(key_id)
        if known is None:
            # Who hangs up meanwhile does not take the keys from those who wait too.
            await asyncio.shield(self._refresh())
            known = self._keys.get(key_id)
            if known is None and self._fault:
                raise IssuerUnavailable(self._fault)
        elif self._clock_s() - self._fetched_s > _FRESH_S:
            # Whoever comes with a known key does not wait for the issuer.
            self._refresh()
        return known

    def _refresh(self) -> asyncio.Task[None]:
        """The one try that is under way, or a new one."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._ask_issuer())
        return self._refreshing

    async def _ask_issuer(self) -> None:
        pause_s = _PAUSE_AFTER_FAULT_S if self._fault else _PAUSE_S
        if self._clock_s() - self._tried_s < pause_s:
            return
        self._tried_s = self._clock_s()
        try:
            self._keys = await to_thread.run_sync(self._fetch_keys)
        except (PyJWTError, ValueError, OSError) as error:
            self._fault = f"The issuer {self._issuer} gives no keys: {error}"
            _log.warning("issuer_gives_no_keys", issuer=self._issuer, reason=str(error))
        else:
            self._fault = ""
            self._fetched_s = self._clock_s()

    def _fetch_keys(self) -> dict[str, PyJWK]:
        document = self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != self._issuer:
            raise ValueError(f"its own document calls it {document.get('issuer')!r}")
        keys = PyJWKSet.from_dict(self._fetch(str(document.get("jwks_uri"))))
        return {key.key_id: key for key in keys.keys if key.key_id and key.public_key_use in ("sig", None)}
