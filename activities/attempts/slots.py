"""Who may work in this process now: any number of attempts side by side, or one suspect alone for a while."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_LOOK_EVERY_S = 0.2


class Turn:
    """An attempt's time inside."""

    def __init__(self, suspects: deque[Turn]) -> None:
        self._suspects = suspects

    @property
    def alone(self) -> bool:
        return self in self._suspects

    def share(self) -> None:
        """Let others in from now on."""
        if self.alone:
            self._suspects.remove(self)


class Gate:
    """Belongs to one event loop. Suspects pass in the order in which they came, before all newcomers."""

    def __init__(self) -> None:
        self._inside = 0
        self._suspects: deque[Turn] = deque()

    @asynccontextmanager
    async def passed(self, *, alone: bool, while_waiting: Callable[[], None]) -> AsyncIterator[Turn]:
        """Inside when the block begins. `while_waiting` is called now and then, and may raise to give up."""
        turn = Turn(self._suspects)
        if alone:
            self._suspects.append(turn)
        try:
            while not self._open_for(turn):
                while_waiting()
                await asyncio.sleep(_LOOK_EVERY_S)
            self._inside += 1
            try:
                yield turn
            finally:
                self._inside -= 1
        finally:
            turn.share()

    def _open_for(self, turn: Turn) -> bool:
        if turn.alone:
            return self._suspects[0] is turn and self._inside == 0
        return not self._suspects
