"""Load client: sends requests on many connections at once, and prints the latencies.

As a program: `load_client SECONDS LANES http HOST PORT` with paths on stdin, or `load_client SECONDS LANES
temporal ADDRESS` with workflow ids, or `*` for a page of 50 of the list; one a line.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

Ask = Callable[[str], Awaitable[None]]

_PAGE = 50
_PAUSE_S = 0.1
# Temporal's development server takes 100 list calls a second; the product's own calls count as well.
LISTS_A_SECOND = 80


@asynccontextmanager
async def _http_lane(host: str, port: str) -> AsyncIterator[Ask]:
    """HTTP over a plain socket: a client library would cost more CPU time than the answers."""
    reader, writer = await asyncio.open_connection(host, int(port))

    async def ask(path: str) -> None:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if " 200 " not in head.partition("\r\n")[0]:
            raise ValueError(f"an answer was not 200: {head}")
        length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
        await reader.readexactly(int(length.partition(":")[2]))

    try:
        yield ask
    finally:
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def _temporal_lane(address: str) -> AsyncIterator[Ask]:
    """Temporal's SDK, as a script would use it; reads the state in the task's memo."""
    client = await Client.connect(address)

    async def ask(workflow_id: str) -> None:
        if workflow_id == "*":
            await _list_page(client)
        else:
            await (await client.get_workflow_handle(workflow_id).describe()).memo()

    yield ask


async def _list_page(client: Client) -> None:
    """List a page; waits and retries when the server's rate limit refuses, as a script would."""
    while True:
        try:
            async for _ in client.list_workflows(page_size=_PAGE, limit=_PAGE):
                pass
        except RPCError as error:
            if error.status is not RPCStatusCode.RESOURCE_EXHAUSTED:
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            return


_LANES: dict[str, Callable[..., AbstractAsyncContextManager[Ask]]] = {
    "http": _http_lane,
    "temporal": _temporal_lane,
}


class _Pace:
    """Spacing of all lanes' calls: at most `a_second` of them begin in a second."""

    def __init__(self, a_second: float) -> None:
        self._step_s = 1 / a_second
        self._free_s = time.monotonic()

    async def turn(self) -> None:
        """Returns when the next call may begin."""
        start_s = max(self._free_s, time.monotonic())
        self._free_s = start_s + self._step_s
        await asyncio.sleep(start_s - time.monotonic())


async def _ask_on(ask: Ask, targets: Iterator[str], until_s: float, pace: _Pace) -> list[float]:
    took_s: list[float] = []
    while True:
        await pace.turn()
        asked_s = time.monotonic()
        if asked_s >= until_s:
            return took_s
        await ask(next(targets))
        took_s.append(time.monotonic() - asked_s)


async def _ask_all(
    seconds: float, lanes: int, kind: str, where: list[str], targets: list[str]
) -> tuple[list[float], float]:
    """Sorted latencies in seconds, and the time from the start to the end of the last answer."""
    lane = _LANES[kind]
    async with AsyncExitStack() as stack:
        asks = [await stack.enter_async_context(lane(*where)) for _ in range(lanes)]
        turns = itertools.cycle(targets)
        pace = _Pace(LISTS_A_SECOND if targets == ["*"] else math.inf)
        begun_s = time.monotonic()
        answers = await asyncio.gather(*(_ask_on(ask, turns, begun_s + seconds, pace) for ask in asks))
        all_took_s = time.monotonic() - begun_s
    return sorted(itertools.chain.from_iterable(answers)), all_took_s


def main() -> None:
    seconds, lanes, kind, *where = sys.argv[1:]
    targets = sys.stdin.read().split()
    took_s, all_took_s = asyncio.run(_ask_all(float(seconds), int(lanes), kind, where, targets))
    share = {name: took_s[int(part * (len(took_s) - 1))] for name, part in (("median", 0.5), ("p99", 0.99))}
    found = {"answers": len(took_s), "seconds": all_took_s, "a_second": len(took_s) / all_took_s}
    print(json.dumps({**found, "slowest": took_s[-1], **share}))


if __name__ == "__main__":
    main()
