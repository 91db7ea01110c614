"""Asks for the status of many tasks over a few connections, and prints how long each answer took.

As a program: `status_client HOST PORT SECONDS CONNECTIONS`, with the tasks' ids on stdin, one a line.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator


async def _ask_on(host: str, port: int, ids: Iterator[str], until_s: float) -> list[float]:
    """Seconds of each answer on one connection. Raises `ValueError` for any answer but 200."""
    reader, writer = await asyncio.open_connection(host, port)
    took_s: list[float] = []
    try:
        while time.monotonic() < until_s:
            asked_s = time.monotonic()
            writer.write(f"GET /status/{next(ids)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            if " 200 " not in head.partition("\r\n")[0]:
                raise ValueError(f"an answer was not 200: {head}")
            length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
            await reader.readexactly(int(length.partition(":")[2]))
            took_s.append(time.monotonic() - asked_s)
    finally:
        writer.close()
        await writer.wait_closed()
    return took_s


async def _ask(host: str, port: int, seconds: float, connections: int, ids: list[str]) -> list[float]:
    turns = itertools.cycle(ids)
    until_s = time.monotonic() + seconds
    answers = await asyncio.gather(*(_ask_on(host, port, turns, until_s) for _ in range(connections)))
    return sorted(itertools.chain.from_iterable(answers))


def main() -> None:
    host, port, seconds, connections = sys.argv[1:]
    ids = sys.stdin.read().split()
    took_s = asyncio.run(_ask(host, int(port), float(seconds), int(connections), ids))
    share = {name: took_s[int(part * (len(took_s) - 1))] for name, part in (("median", 0.5), ("p99", 0.99))}
    rate = len(took_s) / float(seconds)
    print(json.dumps({"answers": len(took_s), "a_second": rate, "slowest": took_s[-1], **share}))


if __name__ == "__main__":
    main()
