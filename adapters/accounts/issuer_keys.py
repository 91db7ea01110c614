"""Cache of the issuer's public keys: known keys stay valid while the issuer does not answer, and unknown
key ids cause only a limited rate of requests to it."""

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

# An issuer publishes a new key well before it signs with it, and withdraws a leaked one.
_REFRESH_AFTER_S = 600.0
# Least time between requests, whatever callers send; shorter after a failed one.
_RETRY_INTERVAL_S = 30.0
_RETRY_INTERVAL_AFTER_FAULT_S = 5.0
_TIMEOUT_S = 5.0

_log = structlog.get_logger(__name__)


def fetch_json(url: str) -> Any:
    """Fetches a JSON object over HTTP without following redirects. Raises `PyJWTError` or `ValueError`."""
    return PyJWKClient(url, cache_jwk_set=False, timeout=_TIMEOUT_S).fetch_data()


class IssuerKeys:
    """Keys of one issuer, found by its discovery document."""

    def __init__(
        self, issuer: str, fetch: Fetch = fetch_json, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._clock_s = clock_s
        self._keys: dict[str, PyJWK] = {}
        self._fault = ""
        self._attempted_s = self._fetched_s = -math.inf
        self._refreshing: asyncio.Task[None] | None = None

    async def key(self, key_id: str) -> PyJWK | None:
        """Key with this id, or None when the issuer has none.

        Raises `IssuerUnavailable` when it is not in the cache and the issuer does not answer.
        """
        known = self._keys.get(key_id)
        if known is None:
            # Shielded: a caller that disconnects must not cancel the request for other waiting callers.
            await asyncio.shield(self._refresh())
            known = self._keys.get(key_id)
            if known is None and self._fault:
                raise IssuerUnavailable(self._fault)
        elif self._clock_s() - self._fetched_s > _REFRESH_AFTER_S:
            # A caller with a cached key does not wait for the issuer.
            self._refresh()
        return known

    def _refresh(self) -> asyncio.Task[None]:
        """Task of the request in progress, or of a new one."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh_keys())
        return self._refreshing

    async def _refresh_keys(self) -> None:
        pause_s = _RETRY_INTERVAL_AFTER_FAULT_S if self._fault else _RETRY_INTERVAL_S
        if self._clock_s() - self._attempted_s < pause_s:
            return
        self._attempted_s = self._clock_s()
        try:
            self._keys = await to_thread.run_sync(self._fetch_keys)
        except (PyJWTError, ValueError, OSError) as error:
            self._fault = f"The keys of the issuer {self._issuer} can't be fetched: {error}"
            _log.warning("issuer_gives_no_keys", issuer=self._issuer, reason=str(error))
        else:
            self._fault = ""
            self._fetched_s = self._clock_s()

    def _fetch_keys(self) -> dict[str, PyJWK]:
        document = self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != self._issuer:
            raise ValueError(f"its discovery document names the issuer {document.get('issuer')!r}")
        keys = PyJWKSet.from_dict(self._fetch(str(document.get("jwks_uri"))))
        return {key.key_id: key for key in keys.keys if key.key_id and key.public_key_use in ("sig", None)}
