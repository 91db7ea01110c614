"""How long a one-shot job waits for a server that starts beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from domain.errors import PassingError

_WITHIN_S = 300.0
_PAUSE_S = 2.0

_log = structlog.get_logger(__name__)


async def until_answered(
    call: Callable[[], Awaitable[None]], within_s: float = _WITHIN_S, pause_s: float = _PAUSE_S
) -> None:
    """Call again while a fault is one that passes; the last one is raised when time is up."""
    deadline_s = time.monotonic() + within_s
    while True:
        try:
            return await call()
        except PassingError as error:
            if time.monotonic() + pause_s > deadline_s:
                raise
            _log.info("waiting", code=error.code, reason=str(error))
        await asyncio.sleep(pause_s)
