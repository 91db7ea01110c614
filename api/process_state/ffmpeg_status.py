"""How FFmpeg is where it runs: in the CPU workers, which are asked at most twice a minute."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from domain.errors import PipelineError
from domain.messages.diagnostics import PartReport

_FRESH_FOR_S = 30.0


class FfmpegStatus:
    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._told = "unknown"
        self._asked_s: float | None = None

    async def of(self, diagnostics: Callable[[], Awaitable[tuple[PartReport, ...]]]) -> str:
        """`ok`, or what is wrong with it; whoever asks meanwhile waits for the same answer."""
        async with self._lock:
            if self._asked_s is None or time.monotonic() - self._asked_s > _FRESH_FOR_S:
                self._told = await _ask(diagnostics)
                self._asked_s = time.monotonic()
            return self._told


async def _ask(diagnostics: Callable[[], Awaitable[tuple[PartReport, ...]]]) -> str:
    try:
        parts = await diagnostics()
    except PipelineError as error:
        return error.code
    cpu = [part for part in parts if part.part.startswith("worker_cpu")]
    wrong = [part.detail for part in cpu if not part.ok]
    return wrong[0] if wrong else ("ok" if cpu else "unknown")
