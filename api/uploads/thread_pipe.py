"""A short pipe from the request's coroutine to the thread that writes to the store."""

from __future__ import annotations

import anyio
from anyio import from_thread

from domain.errors import FormBroken

# Each block costs one change of thread; two of them wait at most.
BLOCK_SIZE = 1024 * 1024
_BLOCKS_WAITING = 2


class Pipe:
    """Written by a coroutine, read by a thread of `anyio.to_thread`; holds at most three blocks."""

    def __init__(self) -> None:
        self._sender, self._receiver = anyio.create_memory_object_stream[bytes](_BLOCKS_WAITING)
        self._gathered = bytearray()
        self._rest = b""
        self._complete = False

    async def write(self, content: bytes) -> None:
        """Wait until there is room; raises `anyio.BrokenResourceError` when nobody reads any more."""
        self._gathered += content
        if len(self._gathered) >= BLOCK_SIZE:
            await self._flush()

    async def complete(self) -> None:
        """All has been written."""
        if self._gathered:
            await self._flush()
        self._complete = True
        self._sender.close()

    def abort(self) -> None:
        """No more will come: the reader fails."""
        self._sender.close()

    def stop_reading(self) -> None:
        """The reader is gone: the writer fails."""
        self._receiver.close()

    async def _flush(self) -> None:
        block = bytes(self._gathered)
        self._gathered.clear()
        await self._sender.send(block)

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        if not self._rest:
            self._rest = from_thread.run(self._next)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    async def _next(self) -> bytes:
        try:
            return await self._receiver.receive()
        except anyio.EndOfStream:
            if self._complete:
                return b""
            raise FormBroken("The upload was given up.") from None
