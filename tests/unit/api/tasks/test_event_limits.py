"""Limits of event streams: number, duration, slow listeners, shutdown, errors."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from starlette.types import Message

from api.process_state.task_feeds import TaskFeeds
from api.tasks.event_stream import EventStream, stream_of
from domain.tasks.state import LiveState
from tests.servers.event_reader import listening
from tests.unit.api.conftest import Harness
from tests.unit.api.tasks.event_server import OTHER, TASK, reader_of, running, serving, until


async def test_the_streams_of_one_owner_and_of_all_owners_are_limited(harness: Harness) -> None:
    async with serving(harness, TaskFeeds(most_each=2, most=3, every_s=0.02)) as served:
        served.tasks.states[TASK] = running(10)
        async with listening(served.client, TASK) as first, listening(served.client, TASK):
            await first.next()
            third = await served.client.get(f"/api/tasks/{TASK}/events")
            async with served.events.listening("another", OTHER, reader_of(running(1, OTHER))):
                all_taken = await served.client.get(f"/api/tasks/{OTHER}/events")
        await until(lambda: not served.events.watched)
        async with listening(served.client, TASK) as again:
            assert await again.next() is not None

    assert (third.status_code, third.json()["code"]) == (429, "ListeningExceeded")
    assert third.headers["retry-after"] == "5"
    assert (all_taken.status_code, all_taken.json()["code"]) == (503, "ListenersFull")


async def test_a_stalled_listener_delays_no_other_and_is_dropped() -> None:
    events = TaskFeeds(every_s=0.01)
    state = [running(0)]
    stuck: list[Message] = []

    async def read() -> LiveState:
        return state[0]

    async def take_one_and_no_more(message: Message) -> None:
        stuck.append(message)
        if len(stuck) > 2:
            await asyncio.Event().wait()

    async def stay() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    async with (
        events.listening("slow", TASK, read) as feed,
        events.listening("other", TASK, read) as same,
    ):
        slow = asyncio.create_task(
            EventStream(stream_of(feed, "en", ""), {}, slowest_s=0.5)(scope, stay, take_one_and_no_more)
        )
        seen = []
        async for event in same.changes("", 60):
            assert event is not None
            seen.append(event.live.state.stages["downscale"].progress)
            if seen[-1] == 99:
                break
            state[0] = running(seen[-1] + 1)
        await slow

    assert seen == list(range(100))
    # The response's start, the retry field, and the one event that was not accepted.
    assert len(stuck) == 3


async def test_a_stream_ends_after_its_time_limit_so_that_the_token_is_checked_again() -> None:
    events = TaskFeeds(every_s=0.01)
    async with events.listening("ann", TASK, reader_of(running(10))) as feed:
        sent = [piece async for piece in stream_of(feed, "en", "", longest_s=0)]

    assert len(sent) == 2


async def test_a_quiet_stream_sends_keep_alive_comments() -> None:
    events = TaskFeeds(every_s=0.01)
    async with events.listening("ann", TASK, reader_of(running(10))) as feed:
        changes = feed.changes((await feed.now()).id, quiet_s=0.05)

        assert [await anext(changes) for _ in range(3)] == [None, None, None]


async def test_when_the_process_stops_streams_end_and_new_ones_are_refused(harness: Harness) -> None:
    async with serving(harness, TaskFeeds(every_s=0.02)) as served:
        served.tasks.states[TASK] = running(10)
        async with listening(served.client, TASK) as listener:
            await listener.next()
            served.events.close()
            assert await listener.rest() == []
        late = await served.client.get(f"/api/tasks/{TASK}/events")

    assert (late.status_code, late.json()["code"]) == (503, "ListenersFull")


async def test_an_unexpected_error_ends_the_streams_and_is_raised() -> None:
    async def break_down() -> LiveState:
        raise RuntimeError("unexpected")

    async with TaskFeeds().listening("ann", TASK, break_down) as feed:
        with pytest.raises(RuntimeError, match="unexpected"):
            await feed.now()


async def test_many_tasks_are_polled_less_often_each() -> None:
    events = TaskFeeds()
    async with AsyncExitStack() as stack:
        for number in range(50):
            await stack.enter_async_context(events.listening("ann", str(number), reader_of(running(1))))
        assert events.pause_s() == 1.0
        for number in range(50, 200):
            await stack.enter_async_context(events.listening("ann", str(number), reader_of(running(1))))
        assert events.pause_s() == 4.0
