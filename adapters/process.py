"""How each process of the product begins, and how it ends when its operator must mend something first."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from adapters import logs
from domain.errors import PipelineError


def run_main(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a process's main with its logs set up; a fault that its operator must mend is one line."""
    try:
        logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
        asyncio.run(main())
    except PipelineError as error:
        sys.exit(f"{error.code}: {error}")
