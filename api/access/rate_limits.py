"""Rate limits of one caller, with the `RateLimit` headers on every response."""

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

# Operators must be able to look at the installation, above all during a flood of requests.
_EXEMPT = ("/health", "/ready", "/metrics", "/api/health")
# A resumable upload counts once, when it is created.
UPLOAD_PATHS = ("/video/upload", "/api/process-video/", "/files")


class LimitRates:
    """Middleware that limits requests and uploads of one caller.

    Each process counts separately: an exact limit for the whole installation belongs into the reverse
    proxy.
    """

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
        remaining = await self._take(self._rates.requests, "requests", caller)
        if uploads and not (remaining and remaining.exceeded):
            remaining = await self._take(self._rates.uploads, "uploads", caller) or remaining
        if remaining is None:
            await self._app(scope, receive, send)
            return

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                remaining.set_headers(MutableHeaders(scope=message))
            await send(message)

        if not remaining.exceeded:
            await self._app(scope, receive, send_with_limits)
            return
        error = RateExceeded(
            f"Rate limit exceeded ({remaining.policy}): try again in {remaining.wait_s} s.", remaining.wait_s
        )
        if uploads:
            with suppress(ClientDisconnect):
                await drain(request.stream())
        await (await answer_to(request, error))(scope, receive, send_with_limits)

    async def _caller(self, request: Request) -> str:
        """Returns the key that the request counts under: its token's owner, or the address without one.

        Tokens of an address that is over its limit are not checked, which slows down guessing.
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
            # The access rules report what is wrong with the token on routes that need one.
            return client
        request.state.identity = identity
        return identity.owner

    async def _take(self, rates: Sequence[RateLimitItem], kind: str, client: str) -> _Remaining | None:
        """Counts the request against each limit; returns the exceeded limit, else the tightest."""
        tightest: _Remaining | None = None
        for rate in rates:
            taken = await self._limiter.hit(rate, kind, client)
            stats = await self._limiter.get_window_stats(rate, kind, client)
            remaining = _Remaining(kind, rate, stats, not taken)
            if remaining.exceeded:
                return remaining
            if tightest is None or remaining.requests < tightest.requests:
                tightest = remaining
        return tightest


class _Remaining:
    """Remaining allowance of one caller under one rate limit."""

    def __init__(self, kind: str, rate: RateLimitItem, stats: WindowStats, exceeded: bool) -> None:
        self._kind, self._rate = kind, rate
        self.requests = stats.remaining
        self.wait_s = max(1, math.ceil(stats.reset_time - time.time()))
        self.exceeded = exceeded

    @property
    def policy(self) -> str:
        return f"{self._rate.amount} {self._kind} in {self._rate.get_expiry()} s"

    def set_headers(self, headers: MutableHeaders) -> None:
        """Sets the headers of draft-ietf-httpapi-ratelimit-headers."""
        headers["RateLimit-Policy"] = f'"{self._kind}";q={self._rate.amount};w={self._rate.get_expiry()}'
        headers["RateLimit"] = f'"{self._kind}";r={self.requests};t={self.wait_s}'
