"""Who may work in this process now: any number of attempts side by side, or one suspect alone."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_LOOK_EVERY_S = 0.2


class Gate:
    """Belongs to one event loop. Suspects pass in the order in which they came, before all newcomers."""

    def __init__(self) -> None:
        self._inside = 0
        self._suspects: deque[object] = deque()

    @asynccontextmanager
    async def passed(self, *, alone: bool, while_waiting: Callable[[], None]) -> AsyncIterator[None]:
        """Inside when the block begins. `while_waiting` is called now and then, and may raise to give up."""
        ticket = object()
        if alone:
            self._suspects.append(ticket)
        try:
            while not self._open_for(ticket, alone):
                while_waiting()
                await asyncio.sleep(_LOOK_EVERY_S)
            self._inside += 1
            try:
                yield
            finally:
                self._inside -= 1
        finally:
            if alone:
                self._suspects.remove(ticket)

    def _open_for(self, ticket: object, alone: bool) -> bool:
        if alone:
            return self._suspects[0] is ticket and self._inside == 0
        return not self._suspects
