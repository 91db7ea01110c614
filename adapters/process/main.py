"""Entry point of each process: sets up logs and traces, runs its main, ends it with one line on a fault."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from adapters.process import logs, traces
from domain.errors import PipelineError


def run_main(main: Callable[[], Coroutine[Any, Any, None]], service: str) -> None:
    """Run a process's main with logs and traces set up; a `PipelineError` ends it with one line on stderr.

    The process exits at once when the main ends: with code 0 when it returns, 1 on a fault.
    """
    try:
        logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
        traces.start(service)
        asyncio.run(_run_then_exit(main))
    except PipelineError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        _exit(1)


async def _run_then_exit(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    await main()
    traces.finish()
    _exit(0)


def _exit(code: int) -> None:
    """Exit without the interpreter's shutdown, which would wait for blocked threads and unload libraries
    under running native calls: the first hangs, the second aborts."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
