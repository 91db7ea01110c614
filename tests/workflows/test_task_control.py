"""Control of a task: cancel, retry of a stage, status."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import CancelledError

from domain.errors import (
    ModelUnavailable,
    StageNotRetryable,
    TaskEnded,
    TaskUnknown,
)
from domain.tasks.state import Stage, StageStatus, TaskStatus
from tests.workflows.rig import Rig, statuses


async def test_a_cancel_stops_running_stages_and_cleans_up(rig: Rig) -> None:
    rig.script.held["downscale"] = 0.5
    request = rig.request()
    async with rig.workers():
        handle = await rig.start(request)
        running = await rig.until(request.task_id, lambda live: live.state.stages["downscale"].progress == 50)
        await rig.tasks.cancel(request.task_id)
        with pytest.raises(WorkflowFailureError) as failure:
            await handle.result()
        live = await rig.tasks.state(request.task_id)
        with pytest.raises(TaskEnded):
            await rig.tasks.cancel(request.task_id)

    assert isinstance(failure.value.cause, CancelledError)
    assert statuses(running)["downscale"] == "running"
    assert rig.script.stopped == ["downscale"]
    assert live is not None
    assert live.state.status is TaskStatus.CANCELLED
    assert live.state.stages["merger"].status is StageStatus.CANCELLED
    assert len(rig.script.messages("clean_up")) == 1
    assert rig.script.messages("record")[-1].state.status is TaskStatus.CANCELLED


async def test_a_parked_task_can_be_cancelled(rig: Rig) -> None:
    rig.script.faults["subtitles"] = [ModelUnavailable("The model is not there.")]
    request = rig.request()
    async with rig.workers():
        handle = await rig.start(request)
        await rig.until(request.task_id, lambda live: live.state.parked_until_us is not None)
        await rig.tasks.cancel(request.task_id)
        with pytest.raises(WorkflowFailureError):
            await handle.result()

    assert rig.script.messages("record")[-1].state.status is TaskStatus.CANCELLED


async def test_a_cancel_that_comes_while_the_result_is_published_is_too_late(rig: Rig) -> None:
    rig.script.held["publish"] = 0.0
    request = rig.request()
    async with rig.workers():
        handle = await rig.start(request)
        while not rig.script.messages("publish"):
            await asyncio.sleep(0.05)
        await rig.tasks.cancel(request.task_id)
        await asyncio.sleep(0.5)
        del rig.script.held["publish"]
        state = await handle.result()

    assert state.status is TaskStatus.COMPLETED


async def test_a_task_cancelled_before_any_worker_took_it_ends_as_cancelled(rig: Rig) -> None:
    request = rig.request()
    handle = await rig.start(request)
    await rig.tasks.cancel(request.task_id)
    async with rig.workers():
        with pytest.raises(WorkflowFailureError):
            await handle.result()

    live = await rig.tasks.state(request.task_id)
    assert live is not None
    assert live.state.status is TaskStatus.CANCELLED
    assert rig.script.messages("record")[-1].state.status is TaskStatus.CANCELLED


async def test_the_status_is_answered_while_no_worker_runs(rig: Rig) -> None:
    request = rig.request()
    await rig.start(request)
    live = await rig.tasks.state(request.task_id)

    assert live is not None
    assert live.state.status is TaskStatus.QUEUED
    assert set(statuses(live).values()) == {"pending"}


async def test_a_terminated_task_is_reported_as_cancelled(rig: Rig) -> None:
    request = rig.request()
    handle = await rig.start(request)
    await handle.terminate("an operator's test")
    live = await rig.tasks.state(request.task_id)

    assert live is not None
    assert live.state.status is TaskStatus.CANCELLED
    assert live.state.fault is not None
    assert live.state.fault.code == "TaskTerminated"


async def test_a_stage_that_is_not_parked_can_not_be_retried(rig: Rig) -> None:
    rig.script.held["downscale"] = 0.1
    request = rig.request()
    async with rig.workers():
        await rig.start(request)
        await rig.until(request.task_id, lambda live: live.state.stages["downscale"].progress > 0)
        with pytest.raises(StageNotRetryable):
            await rig.tasks.retry(request.task_id, Stage.DOWNSCALE)
        await rig.tasks.cancel(request.task_id)


async def test_starting_the_same_task_twice_starts_it_once(rig: Rig) -> None:
    request = rig.request()
    async with rig.workers():
        handle = await rig.start(request)
        await rig.start(request)
        await handle.result()
        await rig.start(request)
        await handle.result()

    assert len(rig.script.messages("probe")) == 1


async def test_an_unknown_task_has_no_state(rig: Rig) -> None:
    assert await rig.tasks.state("no-such-task") is None
    with pytest.raises(TaskUnknown):
        await rig.tasks.cancel("no-such-task")
