"""How much of a refused body is still read, so that its sender gets to read the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio

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
