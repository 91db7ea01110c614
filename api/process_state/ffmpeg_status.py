"""FFmpeg status of the CPU workers, cached for 30 s."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from domain.errors import PipelineError
from domain.messages.diagnostics import PartReport

_CACHE_S = 30.0


class FfmpegStatus:
    """Cached status of FFmpeg in the CPU workers; concurrent callers share one check."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._status = "unknown"
        self._checked_s: float | None = None

    async def of(self, diagnostics: Callable[[], Awaitable[tuple[PartReport, ...]]]) -> str:
        """Returns `ok`, `unknown` without a CPU worker, or a description of the problem."""
        async with self._lock:
            if self._checked_s is None or time.monotonic() - self._checked_s > _CACHE_S:
                self._status = await _check(diagnostics)
                self._checked_s = time.monotonic()
            return self._status


async def _check(diagnostics: Callable[[], Awaitable[tuple[PartReport, ...]]]) -> str:
    try:
        parts = await diagnostics()
    except PipelineError as error:
        return error.code
    cpu = [part for part in parts if part.part.startswith("worker_cpu")]
    problems = [part.detail for part in cpu if not part.ok]
    return problems[0] if problems else ("ok" if cpu else "unknown")
