"""Stream of a request's body, with limits for senders that stall or are too slow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import anyio
from fastapi import Request

from domain.errors import FormBroken

# A sender that stalls or is too slow occupies an upload slot that others wait for.
_SILENCE_S = 60.0
_SLOWEST_BYTES_PER_S = 1024


async def body_of(request: Request) -> AsyncIterator[bytes]:
    """Yields the body in chunks. Only the sender's time counts, not the time that the store takes."""
    allowed_s = _SILENCE_S
    while True:
        begun_s = time.monotonic()
        try:
            async with asyncio.timeout(allowed_s):
                message = await request.receive()
        except TimeoutError:
            raise FormBroken("The upload stalled or was too slow: send it again.") from None
        if message["type"] == "http.disconnect":
            raise FormBroken("The sender closed the connection during the upload.")
        content = message.get("body", b"")
        earned_s = len(content) / _SLOWEST_BYTES_PER_S
        allowed_s = min(_SILENCE_S, allowed_s + earned_s - (time.monotonic() - begun_s))
        yield content
        if not message.get("more_body", False):
            return


def length_of(request: Request) -> int | None:
    """Returns the Content-Length in bytes, or None without a valid one."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


# A refused sender has usually sent more than was read. Closing a connection with unread bytes loses the
# response, so some of them are read and discarded first.
_MOST_BYTES = 256 * 1024 * 1024
_LONGEST_S = 5.0


async def drain(body: AsyncIterator[bytes]) -> None:
    """Reads and discards at most 256 MiB of the body, for at most 5 s."""
    drained = 0
    with anyio.move_on_after(_LONGEST_S):
        async for chunk in body:
            drained += len(chunk)
            if drained > _MOST_BYTES:
                return
