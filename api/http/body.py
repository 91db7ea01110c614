"""A request's body as it comes, from a sender who neither falls silent nor drips."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import anyio
from fastapi import Request

from domain.errors import FormBroken

# A sender who is silent for longer, or drips, holds back others who wait for a turn.
_SILENCE_S = 60.0
_SLOWEST_BYTES_PER_S = 1024


async def body_of(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Only the time that the sender takes counts, not the time that the store takes."""
    patience_s = _SILENCE_S
    while True:
        asked_s = time.monotonic()
        try:
            async with asyncio.timeout(patience_s):
                message = await request.receive()
        except TimeoutError:
            raise FormBroken("The upload came too slowly, or came to a halt.") from None
        if message["type"] == "http.disconnect":
            raise FormBroken("The sender hung up in the middle of the upload.")
        content = message.get("body", b"")
        earned_s = len(content) / _SLOWEST_BYTES_PER_S
        patience_s = min(_SILENCE_S, patience_s + earned_s - (time.monotonic() - asked_s))
        yield content
        if not message.get("more_body", False):
            return


def length_of(request: Request) -> int | None:
    """The length that the sender has announced, if it has."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


# A sender who is refused has usually sent more than was read. A connection that is closed on unread bytes
# loses the answer, so some of them are read and forgotten first.
_MOST_BYTES = 256 * 1024 * 1024


_LONGEST_S = 5.0


async def drain(body: AsyncIterator[bytes]) -> None:
    """Read on for a while."""
    drained = 0
    with anyio.move_on_after(_LONGEST_S):
        async for chunk in body:
            drained += len(chunk)
            if drained > _MOST_BYTES:
                return
