"""A task's events: its status at once, each change, an end; and what a listener can't do to others."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest
import uvicorn
from starlette.types import Message

from adapters.catalogue import NewVideo
from api.app import create_app
from api.event_stream import EventStream, stream_of
from api.task_events import TaskEvents
from domain.errors import CatalogueUnavailable, WorkflowsUnavailable
from domain.messages import Artifact, RecordInput
from domain.stages import LiveState, StageState, StageStatus, TaskOutcome, TaskState, TaskStatus
from tests.listening import listening
from tests.unit.api.conftest import FakeTasks, Stand

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
    looks: int = 0
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def state(self, task_id: str) -> LiveState | None:
        self.looks += 1
        self.looked.set()
        self.looked = asyncio.Event()
        return await super().state(task_id)

    async def next_look(self) -> None:
        """Until a look that begins after now has been begun."""
        await self.looked.wait()


@dataclass
class Served:
    """The interface over a real server: the client that others use keeps an answer until it is whole."""

    client: httpx.AsyncClient
    tasks: CountingTasks
    events: TaskEvents


@asynccontextmanager
async def serving(stand: Stand, events: TaskEvents) -> AsyncIterator[Served]:
    tasks = CountingTasks()
    app = create_app(replace(stand.parts, tasks=tasks, events=events))
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
async def served(stand: Stand) -> AsyncIterator[Served]:
    async with serving(stand, TaskEvents(every_s=0.02)) as served:
        yield served


def look_at(live: LiveState) -> Callable[[], Awaitable[LiveState]]:
    async def look() -> LiveState:
        return live

    return look


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(3000):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to be")


async def test_the_status_comes_at_once_then_each_change_and_the_end_after_the_last(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        first = await listener.next()
        served.tasks.states[TASK] = running(20)
        second = await listener.next()
        served.tasks.states[TASK] = completed()
        rest = await listener.rest()

    assert first is not None
    assert second is not None
    assert [event.told["status"] for event in (first, second, *rest)] == ["running", "running", "completed"]
    assert second.told["stages"]["downscale"]["progress"] == 20
    assert len({first.id, second.id, rest[0].id}) == 3
    assert listener.retry_ms == 2000
    assert listener.answer.headers["cache-control"] == "no-store"
    assert listener.answer.headers["x-accel-buffering"] == "no"


async def test_an_event_is_what_the_status_call_answers(served: Served) -> None:
    served.tasks.states[TASK] = completed()
    french = {"Accept-Language": "fr"}

    async with listening(served.client, TASK, french) as listener:
        [event] = await listener.rest()
    asked = (await served.client.get(f"/status/{TASK}", headers=french)).json()

    assert event.told["result"]["animals_detected"] == ["chat"]
    assert event.told["age_seconds"] > 0
    assert {**event.told, "age_seconds": 0} == {**asked, "age_seconds": 0}


async def test_figures_that_have_only_aged_are_no_event(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        await listener.next()
        served.tasks.states[TASK] = running(10, as_of_us=1_700_000_009_000_000)
        for _ in range(3):
            await served.tasks.next_look()
        served.tasks.states[TASK] = completed()

        assert [event.told["status"] for event in await listener.rest()] == ["completed"]


async def test_many_listeners_are_one_poller_and_the_last_one_who_leaves_stops_it(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(listening(served.client, TASK)) for _ in range(30)]
        for listener in listeners:
            await listener.next()
        # Looks are made one after the other, each after a pause: 30 pollers would begin 30 in one.
        before = served.tasks.looks
        await served.tasks.next_look()
        assert served.tasks.looks == before + 1
        served.tasks.states[TASK] = running(50)
        told = await asyncio.gather(*(listener.next() for listener in listeners))
        assert {event.told["stages"]["downscale"]["progress"] for event in told if event} == {50}

    await until(lambda: not served.events.watched)
    looks = served.tasks.looks
    for _ in range(5):
        await asyncio.sleep(0.02)
    assert served.tasks.looks == looks


async def test_who_comes_back_is_told_only_what_is_new(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        first = await listener.next()
    assert first is not None

    async with listening(served.client, TASK, {"Last-Event-ID": first.id}) as listener:
        served.tasks.states[TASK] = completed()
        assert [event.told["status"] for event in await listener.rest()] == ["completed"]
    async with listening(served.client, TASK, {"Last-Event-ID": first.id}) as listener:
        [last] = await listener.rest()
    done = await served.client.get(f"/api/tasks/{TASK}/events", headers={"Last-Event-ID": last.id})

    # The answer at which a browser stops coming back.
    assert (done.status_code, done.content) == (204, b"")


async def test_an_id_that_nobody_gave_gets_the_status(served: Served) -> None:
    served.tasks.states[TASK] = completed()

    async with listening(served.client, TASK, {"Last-Event-ID": "12"}) as listener:
        assert len(await listener.rest()) == 1


@pytest.mark.parametrize("task_id", [TASK, "task-5", "scheduled-sweep"])
async def test_a_task_that_nobody_knows_has_no_events(served: Served, task_id: str) -> None:
    answer = await served.client.get(f"/api/tasks/{task_id}/events")

    assert (answer.status_code, answer.json()["code"]) == (404, "TaskUnknown")
    await until(lambda: not served.events.watched)


async def test_a_fault_that_passes_in_the_middle_is_no_event(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        await listener.next()
        served.tasks.fault = CatalogueUnavailable("away")
        for _ in range(3):
            await served.tasks.next_look()
        served.tasks.fault = None
        served.tasks.states[TASK] = completed()

        assert [event.told["status"] for event in await listener.rest()] == ["completed"]


async def test_while_temporal_is_away_the_catalogue_speaks_and_says_so(stand: Stand, served: Served) -> None:
    source = Artifact("videos/original/v/source", "video/mp4", 10, "ab")
    stand.parts.catalogue.add(NewVideo("v", TASK, "local", "a.mp4", source, 1_600_000_000_000_000))
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        await listener.next()
        served.tasks.fault = WorkflowsUnavailable("down")
        away = await listener.next()
        stand.parts.catalogue.record(RecordInput("v", completed().state))
        [last] = await listener.rest()

    assert away is not None
    assert (away.told["source"], last.told["source"], last.told["status"]) == ("catalogue",) * 2 + (
        "completed",
    )


async def test_a_task_that_is_removed_ends_its_streams(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        await listener.next()
        del served.tasks.states[TASK]

        assert await listener.rest() == []


async def test_one_owner_and_all_together_have_only_so_many_streams(stand: Stand) -> None:
    async with serving(stand, TaskEvents(most_each=2, most=3, every_s=0.02)) as served:
        served.tasks.states[TASK] = running(10)
        async with listening(served.client, TASK) as first, listening(served.client, TASK):
            await first.next()
            third = await served.client.get(f"/api/tasks/{TASK}/events")
            async with served.events.listening("another", OTHER, look_at(running(1, OTHER))):
                all_taken = await served.client.get(f"/api/tasks/{OTHER}/events")
        await until(lambda: not served.events.watched)
        async with listening(served.client, TASK) as again:
            assert await again.next() is not None

    assert (third.status_code, third.json()["code"]) == (429, "ListeningExceeded")
    assert third.headers["retry-after"] == "5"
    assert (all_taken.status_code, all_taken.json()["code"]) == (503, "ListenersFull")


async def test_a_listener_who_takes_nothing_holds_up_no_other_and_is_let_go() -> None:
    events = TaskEvents(every_s=0.01)
    state = [running(0)]
    stuck: list[Message] = []

    async def look() -> LiveState:
        return state[0]

    async def take_one_and_no_more(message: Message) -> None:
        stuck.append(message)
        if len(stuck) > 2:
            await asyncio.Event().wait()

    async def stay() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    async with events.listening("slow", TASK, look) as feed, events.listening("other", TASK, look) as same:
        slow = asyncio.create_task(
            EventStream(stream_of(feed, "en", ""), {}, slowest_s=0.5)(scope, stay, take_one_and_no_more)
        )
        seen = []
        async for told in same.changes("", 60):
            assert told is not None
            seen.append(told.live.state.stages["downscale"].progress)
            if seen[-1] == 99:
                break
            state[0] = running(seen[-1] + 1)
        await slow

    assert seen == list(range(100))
    # The head, what a stream begins with, and the one event that it never took.
    assert len(stuck) == 3


async def test_a_stream_ends_after_a_while_so_that_its_token_is_looked_at_again() -> None:
    events = TaskEvents(every_s=0.01)
    async with events.listening("ann", TASK, look_at(running(10))) as feed:
        sent = [piece async for piece in stream_of(feed, "en", "", longest_s=0)]

    assert len(sent) == 2


async def test_a_quiet_stream_says_that_it_is_there() -> None:
    events = TaskEvents(every_s=0.01)
    async with events.listening("ann", TASK, look_at(running(10))) as feed:
        changes = feed.changes((await feed.now()).id, quiet_s=0.05)

        assert [await anext(changes) for _ in range(3)] == [None, None, None]


async def test_when_the_process_stops_streams_end_and_none_begins(stand: Stand) -> None:
    async with serving(stand, TaskEvents(every_s=0.02)) as served:
        served.tasks.states[TASK] = running(10)
        async with listening(served.client, TASK) as listener:
            await listener.next()
            served.events.close()
            assert await listener.rest() == []
        late = await served.client.get(f"/api/tasks/{TASK}/events")

    assert (late.status_code, late.json()["code"]) == (503, "ListenersFull")


async def test_what_nobody_foresaw_ends_the_streams_and_is_raised() -> None:
    async def break_down() -> LiveState:
        raise RuntimeError("nobody foresaw this")

    async with TaskEvents().listening("ann", TASK, break_down) as feed:
        with pytest.raises(RuntimeError, match="nobody foresaw"):
            await feed.now()


async def test_many_tasks_are_looked_at_less_often_each() -> None:
    events = TaskEvents()
    async with AsyncExitStack() as stack:
        for number in range(50):
            await stack.enter_async_context(events.listening("ann", str(number), look_at(running(1))))
        assert events.pause_s() == 1.0
        for number in range(50, 200):
            await stack.enter_async_context(events.listening("ann", str(number), look_at(running(1))))
        assert events.pause_s() == 4.0
