"""API on a real server, with fake tasks that count the polls of their state."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.process_state.task_feeds import TaskFeeds
from domain.tasks.state import LiveState, StageState, StageStatus, TaskOutcome, TaskState, TaskStatus
from tests.unit.api.conftest import FakeTasks, Harness

TASK, OTHER = "task-" + "0" * 32, "task-" + "1" * 32


def running(progress: int, task_id: str = TASK, as_of_us: int = 1_700_000_000_000_000) -> LiveState:
    stages = {"downscale": StageState(StageStatus.RUNNING, progress, attempt=1)}
    return LiveState(TaskState(task_id, TaskStatus.RUNNING, 5, stages), as_of_us, "temporal", "local")


def completed(task_id: str = TASK) -> LiveState:
    outcome = TaskOutcome(animals_detected=("cat",))
    return LiveState(
        TaskState(task_id, TaskStatus.COMPLETED, 6, outcome=outcome),
        1_700_000_000_000_000,
        "temporal",
        "local",
    )


@dataclass
class CountingTasks(FakeTasks):
    polls: int = 0
    polled: asyncio.Event = field(default_factory=asyncio.Event)

    async def state(self, task_id: str) -> LiveState | None:
        self.polls += 1
        self.polled.set()
        self.polled = asyncio.Event()
        return await super().state(task_id)

    async def next_poll(self) -> None:
        """Waits for the start of the next poll."""
        await self.polled.wait()


@dataclass
class Served:
    """API on a real server: the in-process client of the other tests can't stream responses."""

    client: httpx.AsyncClient
    tasks: CountingTasks
    events: TaskFeeds


@asynccontextmanager
async def serving(harness: Harness, events: TaskFeeds) -> AsyncIterator[Served]:
    tasks = CountingTasks()
    app = create_app(replace(harness.services, tasks=tasks, events=events))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=60)
    )
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        task = asyncio.create_task(server.serve(sockets=[bound]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            url = f"http://127.0.0.1:{bound.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url, timeout=60) as client:
                yield Served(client, tasks, events)
        finally:
            events.close()
            server.should_exit = True
            await task


@pytest.fixture
async def served(harness: Harness) -> AsyncIterator[Served]:
    async with serving(harness, TaskFeeds(every_s=0.02)) as served:
        yield served


def reader_of(live: LiveState) -> Callable[[], Awaitable[LiveState]]:
    async def read_state() -> LiveState:
        return live

    return read_state


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(3000):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the condition did not become true within 60 s")
