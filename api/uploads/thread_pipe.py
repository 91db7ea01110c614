"""Bounded pipe from the request's coroutine to the thread that writes to the store."""

from __future__ import annotations

import anyio
from anyio import from_thread

from domain.errors import FormBroken

# Each block costs one switch of threads.
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
        """Waits until there is room; raises `anyio.BrokenResourceError` when the reader has stopped."""
        self._gathered += content
        if len(self._gathered) >= BLOCK_SIZE:
            await self._flush()

    async def complete(self) -> None:
        """Flushes the rest and marks the end: the reader then gets an empty read."""
        if self._gathered:
            await self._flush()
        self._complete = True
        self._sender.close()

    def abort(self) -> None:
        """Closes the pipe before its end: the reader gets an error."""
        self._sender.close()

    def stop_reading(self) -> None:
        """Closes the reader's end: the writer gets an error."""
        self._receiver.close()

    async def _flush(self) -> None:
        block = bytes(self._gathered)
        self._gathered.clear()
        await self._sender.send(block)

    def read(self, size: int, /) -> bytes:
        """Returns at most `size` bytes; none at the end."""
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
            raise FormBroken("The upload was aborted.") from None
