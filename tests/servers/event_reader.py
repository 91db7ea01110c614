"""Reader of a task's server-sent events, like a browser's EventSource."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Event:
    id: str
    status: dict[str, Any]


class Listener:
    """Open event stream, with the last retry time and the number of comments received so far."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.retry_ms: int | None = None
        self._lines = answer.aiter_lines()

    async def next(self) -> Event | None:
        """Waits for the next event; None when the server has ended the stream."""
        fields: dict[str, str] = {}
        async for line in self._lines:
            name, _, value = line.partition(": ")
            if line.startswith(":"):
                continue  # a comment
            if line:
                fields[name] = value
            elif "data" in fields:
                return Event(fields["id"], json.loads(fields["data"]))
            elif "retry" in fields:
                self.retry_ms = int(fields.pop("retry"))
        return None

    async def rest(self) -> list[Event]:
        events = []
        while (event := await self.next()) is not None:
            events.append(event)
        return events


@asynccontextmanager
async def listening(
    client: httpx.AsyncClient, task_id: str, headers: dict[str, str] | None = None
) -> AsyncIterator[Listener]:
    async with client.stream("GET", f"/api/tasks/{task_id}/events", headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Listener(answer)
