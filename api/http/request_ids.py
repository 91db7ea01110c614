"""Request ids: each request gets one, which its response and all its log lines carry."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"

# A caller's own id is used when it is a plain identifier.
_VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
# Polled every few seconds by monitoring: not logged.
_QUIET = frozenset({"/health", "/ready", "/metrics"})

_log = structlog.get_logger(__name__)


class RequestIds:
    """Outermost middleware, so that refusals have an id too; logs each request when it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(HEADER, "")
        request_id = sent if _VALID.fullmatch(sent) else uuid.uuid4().hex
        # For the response to an unexpected error, which is made outside of all middleware.
        scope[HEADER] = request_id
        status, fault = 500, None
        begun_s = time.monotonic()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception as error:
                fault = type(error).__name__
                raise
            finally:
                if scope["path"] not in _QUIET:
                    # Without the query, which may hold the signature of a link.
                    _log.info(
                        "request_answered",
                        method=scope["method"],
                        path=scope["path"],
                        status=status,
                        took_ms=round((time.monotonic() - begun_s) * 1000),
                        **({"fault": fault} if fault else {}),
                    )
