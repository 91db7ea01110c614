"""Concurrency slots of a worker process: attempts run side by side, or one crash suspect runs alone."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_POLL_EVERY_S = 0.2


class Slot:
    """Slot of one running attempt."""

    def __init__(self, suspects: deque[Slot]) -> None:
        self._suspects = suspects

    @property
    def alone(self) -> bool:
        return self in self._suspects

    def share(self) -> None:
        """Lets other attempts run beside this one from now on."""
        if self.alone:
            self._suspects.remove(self)


class ConcurrencySlots:
    """Slots of one event loop. Waiting suspects run first, in the order of their arrival."""

    def __init__(self) -> None:
        self._running = 0
        self._suspects: deque[Slot] = deque()

    @asynccontextmanager
    async def acquire(self, *, alone: bool, while_waiting: Callable[[], None]) -> AsyncIterator[Slot]:
        """Waits for a slot and holds it for the block. `while_waiting` is called at every poll, and may
        raise to give up."""
        slot = Slot(self._suspects)
        if alone:
            self._suspects.append(slot)
        try:
            while not self._is_free_for(slot):
                while_waiting()
                await asyncio.sleep(_POLL_EVERY_S)
            self._running += 1
            try:
                yield slot
            finally:
                self._running -= 1
        finally:
            slot.share()

    def _is_free_for(self, slot: Slot) -> bool:
        if slot.alone:
            return self._suspects[0] is slot and self._running == 0
        return not self._suspects
