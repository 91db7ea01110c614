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

    When the main returns, the process exits at once with code 0.
    """
    try:
        logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
        traces.start(service)
        asyncio.run(_run_then_exit(main))
    except PipelineError as error:
        sys.exit(f"{error.code}: {error}")


async def _run_then_exit(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run the main and exit without the interpreter's shutdown, which would wait for blocked threads and
    unload libraries under running native calls: the first hangs, the second aborts."""
    await main()
    traces.finish()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
