"""Decides how fast one caller may ask, and tells every caller how much is left."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import suppress

from limits import RateLimitItem, WindowStats
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.accounts import Accounts
from api.access.callers import client_of, token_of
from api.http.body import drain
from api.http.problems import answer_to
from api.settings import RateLimits
from domain.errors import PipelineError, RateExceeded

# Whoever looks after the installation must be able to look at it, above all while it is flooded.
_EXEMPT = ("/health", "/ready", "/metrics", "/api/health")
# Of a resumable upload only its beginning counts as one.
UPLOAD_PATHS = ("/video/upload", "/api/process-video/", "/files")


class LimitRates:
    """Each process counts for itself: the exact limit of an installation is kept in front of it."""

    def __init__(self, app: ASGIApp, rates: RateLimits) -> None:
        self._app = app
        self._rates = rates
        self._limiter = SlidingWindowCounterRateLimiter(storage_from_string("async+memory://"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _EXEMPT:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        uploads = request.method == "POST" and scope["path"] in UPLOAD_PATHS
        caller = await self._caller(request)
        left = await self._take(self._rates.requests, "requests", caller)
        if uploads and not (left and left.exceeded):
            left = await self._take(self._rates.uploads, "uploads", caller) or left
        if left is None:
            await self._app(scope, receive, send)
            return

        async def send_telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                left.tell(MutableHeaders(scope=message))
            await send(message)

        if not left.exceeded:
            await self._app(scope, receive, send_telling)
            return
        error = RateExceeded(f"Only {left.policy} are taken from one caller; this is one more.", left.wait_s)
        if uploads:
            with suppress(ClientDisconnect):
                await drain(request.stream())
        await (await answer_to(request, error))(scope, receive, send_telling)

    async def _caller(self, request: Request) -> str:
        """Whom the request counts for: the owner that its token speaks of, or the address without a good one.

        An address that has no request left is not heard: whoever tries tokens out is soon told to slow down.
        """
        client, token = client_of(request), token_of(request)
        accounts: Accounts = request.app.state.services.accounts
        if not (accounts.ask_for_token and token and (self._rates.requests or self._rates.uploads)):
            return client
        for rate in self._rates.requests:
            if not await self._limiter.test(rate, "requests", client):
                return client
        try:
            identity = await accounts.identity(token)
        except PipelineError:
            # The gate will say what is wrong with it, where it matters.
            return client
        request.state.identity = identity
        return identity.owner

    async def _take(self, rates: Sequence[RateLimitItem], kind: str, client: str) -> _Left | None:
        """One request taken from each limit; what is left of the tightest, or of the one that refuses."""
        tightest: _Left | None = None
        for rate in rates:
            taken = await self._limiter.hit(rate, kind, client)
            left = _Left(kind, rate, await self._limiter.get_window_stats(rate, kind, client), not taken)
            if left.exceeded:
                return left
            if tightest is None or left.remaining < tightest.remaining:
                tightest = left
        return tightest


class _Left:
    def __init__(self, kind: str, rate: RateLimitItem, stats: WindowStats, exceeded: bool) -> None:
        self._kind, self._rate = kind, rate
        self.remaining = stats.remaining
        self.wait_s = max(1, math.ceil(stats.reset_time - time.time()))
        self.exceeded = exceeded

    @property
    def policy(self) -> str:
        return f"{self._rate.amount} {self._kind} in {self._rate.get_expiry()} s"

    def tell(self, headers: MutableHeaders) -> None:
        """As draft-ietf-httpapi-ratelimit-headers has it."""
        headers["RateLimit-Policy"] = f'"{self._kind}";q={self._rate.amount};w={self._rate.get_expiry()}'
        headers["RateLimit"] = f'"{self._kind}";r={self.remaining};t={self.wait_s}'
