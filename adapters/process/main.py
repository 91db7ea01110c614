"""How each process of the product begins, and how it ends when its operator must mend something first."""

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
    """Run a process's main with its logs and traces set up; a fault that its operator must mend is one line.

    When the main returns, the process ends there and then, with code 0.
    """
    try:
        logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
        traces.start(service)
        asyncio.run(_to_its_end(main))
    except PipelineError as error:
        sys.exit(f"{error.code}: {error}")


async def _to_its_end(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """The main has closed what it opened. The interpreter's own end would wait for threads that never look
    up, and tear libraries away from native calls that still run: the one hangs, the other aborts."""
    await main()
    traces.finish()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
