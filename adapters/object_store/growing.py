"""Holds a part that still comes, so that one thread can send it on while another one adds to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

# Each block costs a change of thread; one above the largest could take longer to send than a timeout.
_SMALLEST_BLOCK_BYTES = 256 * 1024
_LARGEST_BLOCK_BYTES = 1024 * 1024


class GivenUp(Exception):
    """The rest of a part will not come."""


class GrowingPart:
    """Is to fill `room`, and keeps all that came. One adds to it, one reads its blocks."""

    def __init__(self, room: memoryview) -> None:
        self._content = room
        self._filled_bytes = self._wanted_bytes = 0
        self._is_given_up = False
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """How many bytes have come."""
        return self._filled_bytes

    @property
    def size_bytes(self) -> int:
        """How many bytes there will be."""
        return len(self._content)

    @property
    def room_bytes(self) -> int:
        return len(self._content) - self._filled_bytes

    def add(self, content: memoryview) -> None:
        """No more than there is room for."""
        end = self._filled_bytes + len(content)
        self._content[self._filled_bytes : end] = content
        with self._changed:
            self._filled_bytes = end
            if end >= self._wanted_bytes:
                self._changed.notify()

    def give_up(self) -> None:
        """Whoever reads on is told so."""
        with self._changed:
            self._is_given_up = True
            self._changed.notify()

    def first(self, size_bytes: int) -> bytes:
        """The first bytes, as far as they have come."""
        return bytes(self._content[: min(size_bytes, self._filled_bytes)])

    def blocks(self) -> Iterator[memoryview]:
        """All of it, as it comes; raises `GivenUp` when it won't become whole."""
        position, size_bytes = 0, len(self._content)
        while position < size_bytes:
            with self._changed:
                self._wanted_bytes = min(position + _SMALLEST_BLOCK_BYTES, size_bytes)
                while self._filled_bytes < self._wanted_bytes and not self._is_given_up:
                    self._changed.wait()
                if self._is_given_up:
                    raise GivenUp
                end = min(self._filled_bytes, position + _LARGEST_BLOCK_BYTES)
            yield self._content[position:end]
            position = end
