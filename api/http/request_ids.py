"""Gives each request a name that its answer, and every line that it causes anywhere, can be found by."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"

# What a caller sends is kept if it can be nothing but a name.
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
# Asked every few seconds by whoever looks after the process: not worth a line.
_QUIET = frozenset({"/health", "/ready", "/metrics"})

_log = structlog.get_logger(__name__)


class NameRequests:
    """The outermost, so that refusals are named too. An upload's line comes when it has come in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(HEADER, "")
        request_id = sent if _SANE.fullmatch(sent) else uuid.uuid4().hex
        # For the answer to an error that nobody foresaw, which is made outside of all middleware.
        scope[HEADER] = request_id
        status, fault = 500, None
        begun_s = time.monotonic()

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_named)
            except Exception as error:
                fault = type(error).__name__
                raise
            finally:
                if scope["path"] not in _QUIET:
                    # Without its query, which may hold what opens a file to its bearer.
                    _log.info(
                        "request_answered",
                        method=scope["method"],
                        path=scope["path"],
                        status=status,
                        took_ms=round((time.monotonic() - begun_s) * 1000),
                        **({"fault": fault} if fault else {}),
                    )
