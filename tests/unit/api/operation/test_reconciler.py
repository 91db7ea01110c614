"""Reconciler: starts tasks whose start was interrupted, records tasks ended from outside."""

from __future__ import annotations

from adapters.catalogue import NewVideo
from api.operation.reconciler import start_missing_tasks
from domain.accounts.quotas import Quotas
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import Fault, LiveState, TaskState, TaskStatus
from tests.unit.api.conftest import Harness

NOW_US = 1_700_000_000_000_000
HOUR_US = 3_600_000_000


def add_row(harness: Harness, number: int, age_us: int) -> str:
    task_id = f"task-{number:032x}"
    source = Artifact(f"videos/original/v{number}/source", "video/mp4", 10, "ab")
    options = ProcessingOptions(SubtitleMode.BURN, 720)
    harness.services.catalogue.add(
        NewVideo(f"v{number}", task_id, "local", "a.mp4", source, NOW_US - age_us, options)
    )
    return task_id


async def test_a_queued_task_unknown_to_temporal_is_started_with_its_options(harness: Harness) -> None:
    task_id = add_row(harness, 1, HOUR_US)

    assert await start_missing_tasks(harness.services, NOW_US) == 1

    [request] = harness.tasks.started
    assert (request.task_id, request.video_id, request.source.key) == (
        task_id,
        "v1",
        "videos/original/v1/source",
    )
    assert request.options == ProcessingOptions(SubtitleMode.BURN, 720)


async def test_a_task_known_to_temporal_is_not_started_again(harness: Harness) -> None:
    task_id = add_row(harness, 1, HOUR_US)
    harness.tasks.states[task_id] = LiveState(TaskState(task_id, TaskStatus.QUEUED, 1), 1, "temporal")

    assert await start_missing_tasks(harness.services, NOW_US) == 0
    assert harness.tasks.started == []


async def test_a_task_ended_from_outside_is_recorded_as_ended(harness: Harness) -> None:
    task_id = add_row(harness, 1, age_us=48 * HOUR_US)
    harness.services.catalogue.record(RecordInput("v1", TaskState(task_id, TaskStatus.RUNNING, 1)))
    terminated = TaskState(
        task_id, TaskStatus.CANCELLED, NOW_US, fault=Fault("TaskTerminated", "By an operator.")
    )
    harness.tasks.states[task_id] = LiveState(terminated, NOW_US, "temporal")

    await start_missing_tasks(harness.services, NOW_US)

    row = harness.services.catalogue.by_task(task_id)
    assert row is not None
    assert (row.status, row.fault_code) == ("cancelled", "TaskTerminated")
    assert harness.services.catalogue.usage("local", NOW_US, Quotas(running_tasks=1)).running_tasks == 0


async def test_young_rows_ended_tasks_and_old_tasks_are_not_touched(harness: Harness) -> None:
    add_row(harness, 1, age_us=1_000_000)
    ended = add_row(harness, 2, HOUR_US)
    harness.services.catalogue.record(RecordInput("v2", TaskState(ended, TaskStatus.FAILED, NOW_US)))
    add_row(harness, 3, age_us=48 * HOUR_US)

    assert await start_missing_tasks(harness.services, NOW_US) == 0


async def test_missing_tasks_on_several_pages_are_all_started(harness: Harness) -> None:
    for number in range(101):
        add_row(harness, number, HOUR_US + number)

    assert await start_missing_tasks(harness.services, NOW_US) == 101
