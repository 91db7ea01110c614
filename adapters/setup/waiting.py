"""Retry loop of one-shot jobs, for servers that are still starting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from domain.errors import PassingError

_LIMIT_S = 300.0
_PAUSE_S = 2.0

_log = structlog.get_logger(__name__)


async def retry_until_ready(
    call: Callable[[], Awaitable[None]], limit_s: float = _LIMIT_S, pause_s: float = _PAUSE_S
) -> None:
    """Retry after each `PassingError`; raise the last one when `limit_s` is over."""
    deadline_s = time.monotonic() + limit_s
    while True:
        try:
            return await call()
        except PassingError as error:
            if time.monotonic() + pause_s > deadline_s:
                raise
            _log.info("waiting", code=error.code, reason=str(error))
        await asyncio.sleep(pause_s)
