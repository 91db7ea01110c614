"""Buffer of a part that is still being received: one thread adds to it while another one sends it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

# Each block costs a thread switch; a block above the largest could take longer to send than a timeout.
_SMALLEST_BLOCK_BYTES = 256 * 1024
_LARGEST_BLOCK_BYTES = 1024 * 1024


class GivenUp(Exception):
    """The rest of the part will not be received."""


class GrowingPart:
    """Part of the size of `room`, which it fills, for one adding and one reading thread."""

    def __init__(self, room: memoryview) -> None:
        self._content = room
        self._filled_bytes = self._awaited_bytes = 0
        self._is_given_up = False
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """Number of bytes received."""
        return self._filled_bytes

    @property
    def size_bytes(self) -> int:
        """Number of bytes of the whole part."""
        return len(self._content)

    @property
    def room_bytes(self) -> int:
        return len(self._content) - self._filled_bytes

    def add(self, content: memoryview) -> None:
        """Append `content`, of at most `room_bytes`."""
        end = self._filled_bytes + len(content)
        self._content[self._filled_bytes : end] = content
        with self._changed:
            self._filled_bytes = end
            if end >= self._awaited_bytes:
                self._changed.notify()

    def give_up(self) -> None:
        """Make the reading thread fail with `GivenUp`."""
        with self._changed:
            self._is_given_up = True
            self._changed.notify()

    def first(self, size_bytes: int) -> bytes:
        """First bytes, as far as they were received."""
        return bytes(self._content[: min(size_bytes, self._filled_bytes)])

    def blocks(self) -> Iterator[memoryview]:
        """Blocks of the part as they are received; raises `GivenUp` after `give_up`."""
        position, size_bytes = 0, len(self._content)
        while position < size_bytes:
            with self._changed:
                self._awaited_bytes = min(position + _SMALLEST_BLOCK_BYTES, size_bytes)
                while self._filled_bytes < self._awaited_bytes and not self._is_given_up:
                    self._changed.wait()
                if self._is_given_up:
                    raise GivenUp
                end = min(self._filled_bytes, position + _LARGEST_BLOCK_BYTES)
            yield self._content[position:end]
            position = end
