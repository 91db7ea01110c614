"""Who may work in this process now: any number of attempts side by side, or one suspect alone for a while."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_LOOK_EVERY_S = 0.2


class Slot:
    """An attempt's time inside."""

    def __init__(self, suspects: deque[Slot]) -> None:
        self._suspects = suspects

    @property
    def alone(self) -> bool:
        return self in self._suspects

    def share(self) -> None:
        """Let others in from now on."""
        if self.alone:
            self._suspects.remove(self)


class ConcurrencySlots:
    """Belongs to one event loop. Suspects pass in the order in which they came, before all newcomers."""

    def __init__(self) -> None:
        self._inside = 0
        self._suspects: deque[Slot] = deque()

    @asynccontextmanager
    async def passed(self, *, alone: bool, while_waiting: Callable[[], None]) -> AsyncIterator[Slot]:
        """Inside when the block begins. `while_waiting` is called now and then, and may raise to give up."""
        slot = Slot(self._suspects)
        if alone:
            self._suspects.append(slot)
        try:
            while not self._open_for(slot):
                while_waiting()
                await asyncio.sleep(_LOOK_EVERY_S)
            self._inside += 1
            try:
                yield slot
            finally:
                self._inside -= 1
        finally:
            slot.share()

    def _open_for(self, slot: Slot) -> bool:
        if slot.alone:
            return self._suspects[0] is slot and self._inside == 0
        return not self._suspects
