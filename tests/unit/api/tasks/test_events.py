"""A task's events: its status, each change, the end of the stream, and reconnecting."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from adapters.catalogue import NewVideo
from domain.errors import CatalogueUnavailable, WorkflowsUnavailable
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from tests.servers.event_reader import listening
from tests.unit.api.conftest import Harness
from tests.unit.api.tasks.event_server import TASK, Served, completed, running, served, until

__all__ = ["served"]  # a fixture


async def test_the_stream_sends_the_status_then_each_change_and_ends_after_the_last(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        first = await listener.next()
        served.tasks.states[TASK] = running(20)
        second = await listener.next()
        served.tasks.states[TASK] = completed()
        rest = await listener.rest()

    assert first is not None
    assert second is not None
    assert [event.status["status"] for event in (first, second, *rest)] == ["running", "running", "completed"]
    assert second.status["stages"]["downscale"]["progress"] == 20
    assert len({first.id, second.id, rest[0].id}) == 3
    assert listener.retry_ms == 2000
    assert listener.answer.headers["cache-control"] == "no-store"
    assert listener.answer.headers["x-accel-buffering"] == "no"


async def test_an_event_has_the_same_content_as_the_status_call(served: Served) -> None:
    served.tasks.states[TASK] = completed()
    french = {"Accept-Language": "fr"}

    async with listening(served.client, TASK, french) as listener:
        [event] = await listener.rest()
    asked = (await served.client.get(f"/status/{TASK}", headers=french)).json()

    assert event.status["result"]["animals_detected"] == ["chat"]
    assert event.status["age_seconds"] > 0
    assert {**event.status, "age_seconds": 0} == {**asked, "age_seconds": 0}


async def test_a_newer_reading_of_the_same_state_is_no_event(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        await listener.next()
        served.tasks.states[TASK] = running(10, as_of_us=1_700_000_009_000_000)
        for _ in range(3):
            await served.tasks.next_poll()
        served.tasks.states[TASK] = completed()

        assert [event.status["status"] for event in await listener.rest()] == ["completed"]


async def test_many_listeners_share_one_poller_and_the_last_one_stops_it(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(listening(served.client, TASK)) for _ in range(30)]
        for listener in listeners:
            await listener.next()
        # One poller polls once in each pause; 30 pollers would poll 30 times.
        before = served.tasks.polls
        await served.tasks.next_poll()
        assert served.tasks.polls == before + 1
        served.tasks.states[TASK] = running(50)
        received = await asyncio.gather(*(listener.next() for listener in listeners))
        assert {event.status["stages"]["downscale"]["progress"] for event in received if event} == {50}

    await until(lambda: not served.events.watched)
    polls = served.tasks.polls
    for _ in range(5):
        await asyncio.sleep(0.02)
    assert served.tasks.polls == polls


async def test_a_client_that_reconnects_gets_only_new_events(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        first = await listener.next()
    assert first is not None

    async with listening(served.client, TASK, {"Last-Event-ID": first.id}) as listener:
        served.tasks.states[TASK] = completed()
        assert [event.status["status"] for event in await listener.rest()] == ["completed"]
    async with listening(served.client, TASK, {"Last-Event-ID": first.id}) as listener:
        [last] = await listener.rest()
    done = await served.client.get(f"/api/tasks/{TASK}/events", headers={"Last-Event-ID": last.id})

    # 204 stops the reconnecting of browsers.
    assert (done.status_code, done.content) == (204, b"")


async def test_an_unknown_last_event_id_gets_the_status(served: Served) -> None:
    served.tasks.states[TASK] = completed()

    async with listening(served.client, TASK, {"Last-Event-ID": "12"}) as listener:
        assert len(await listener.rest()) == 1


@pytest.mark.parametrize("task_id", [TASK, "task-5", "scheduled-sweep"])
async def test_an_unknown_task_has_no_events(served: Served, task_id: str) -> None:
    answer = await served.client.get(f"/api/tasks/{task_id}/events")

    assert (answer.status_code, answer.json()["code"]) == (404, "TaskUnknown")
    await until(lambda: not served.events.watched)


async def test_a_temporary_error_during_a_stream_is_no_event(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        await listener.next()
        served.tasks.fault = CatalogueUnavailable("away")
        for _ in range(3):
            await served.tasks.next_poll()
        served.tasks.fault = None
        served.tasks.states[TASK] = completed()

        assert [event.status["status"] for event in await listener.rest()] == ["completed"]


async def test_while_temporal_is_unreachable_the_catalogue_answers_and_is_named_as_source(
    harness: Harness, served: Served
) -> None:
    source = Artifact("videos/original/v/source", "video/mp4", 10, "ab")
    harness.services.catalogue.add(NewVideo("v", TASK, "local", "a.mp4", source, 1_600_000_000_000_000))
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        await listener.next()
        served.tasks.fault = WorkflowsUnavailable("down")
        away = await listener.next()
        harness.services.catalogue.record(RecordInput("v", completed().state))
        [last] = await listener.rest()

    assert away is not None
    assert (away.status["source"], last.status["source"], last.status["status"]) == ("catalogue",) * 2 + (
        "completed",
    )


async def test_the_removal_of_a_task_ends_its_streams(served: Served) -> None:
    served.tasks.states[TASK] = running(10)
    async with listening(served.client, TASK) as listener:
        await listener.next()
        del served.tasks.states[TASK]

        assert await listener.rest() == []
