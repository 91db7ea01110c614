"""Listing tasks, cancelling them and retrying their stages."""

from __future__ import annotations

import pytest

from adapters.catalogue import NewVideo
from domain.errors import StageNotRetryable, WorkflowsUnavailable
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.state import LiveState, TaskState, TaskStatus
from tests.unit.api.conftest import Stand


def task_id(number: int) -> str:
    return f"task-{number:032x}"


def keep_rows(stand: Stand, count: int) -> None:
    for number in range(1, count + 1):
        source = Artifact(f"videos/original/v{number}/source", "video/mp4", 10, "ab")
        stand.services.catalogue.add(
            NewVideo(
                f"v{number}",
                task_id(number),
                "local",
                f"{number}.mp4",
                source,
                1_700_000_000_000_000 + number,
            )
        )


def end(stand: Stand, number: int, status: TaskStatus) -> None:
    stand.services.catalogue.record(
        RecordInput(f"v{number}", TaskState(task_id(number), status, 1_800_000_000_000_000))
    )


async def test_the_list_is_newest_first_and_continues_at_its_cursor(stand: Stand) -> None:
    keep_rows(stand, 5)

    first = (await stand.client.get("/tasks", params={"limit": 3})).json()
    second = (await stand.client.get("/tasks", params={"limit": 3, "cursor": first["next"]})).json()

    assert [task["task_id"] for task in first["tasks"]] == [task_id(5), task_id(4), task_id(3)]
    assert [task["task_id"] for task in second["tasks"]] == [task_id(2), task_id(1)]
    assert second["next"] is None
    assert first["tasks"][0]["filename"] == "5.mp4"
    assert first["tasks"][0]["status_url"] == f"/status/{task_id(5)}"
    assert first["tasks"][0]["created_at"] == "2023-11-14T22:13:20.000005Z"


async def test_the_list_shows_the_status_of_running_tasks_from_temporal(stand: Stand) -> None:
    keep_rows(stand, 2)
    stand.tasks.states[task_id(1)] = LiveState(TaskState(task_id(1), TaskStatus.RUNNING, 1), 1, "temporal")

    told = (await stand.client.get("/tasks")).json()["tasks"]

    assert [task["status"] for task in told] == ["queued", "running"]


async def test_the_list_works_while_temporal_is_unreachable(stand: Stand) -> None:
    keep_rows(stand, 2)
    stand.tasks.fault = WorkflowsUnavailable("down")

    answer = await stand.client.get("/tasks")

    assert answer.status_code == 200
    assert [task["status"] for task in answer.json()["tasks"]] == ["queued", "queued"]


async def test_the_list_can_be_filtered_by_status(stand: Stand) -> None:
    keep_rows(stand, 3)
    end(stand, 2, TaskStatus.COMPLETED)

    told = (await stand.client.get("/tasks", params={"status": "completed"})).json()["tasks"]

    assert [task["task_id"] for task in told] == [task_id(2)]


async def test_a_running_task_is_found_though_its_row_lags_behind(stand: Stand) -> None:
    keep_rows(stand, 3)
    end(stand, 3, TaskStatus.COMPLETED)
    stand.tasks.states[task_id(1)] = LiveState(TaskState(task_id(1), TaskStatus.RUNNING, 1), 1, "temporal")

    running = (await stand.client.get("/tasks", params={"status": "running"})).json()["tasks"]
    queued = (await stand.client.get("/tasks", params={"status": "queued"})).json()["tasks"]

    assert [task["task_id"] for task in running] == [task_id(1)]
    assert [task["task_id"] for task in queued] == [task_id(2)]


@pytest.mark.parametrize(
    "query", [{"status": "lost"}, {"limit": "0"}, {"limit": "1000"}, {"limit": "x"}, {"cursor": "x"}]
)
async def test_an_invalid_query_is_refused_with_the_name_of_its_field(
    stand: Stand, query: dict[str, str]
) -> None:
    answer = await stand.client.get("/tasks", params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, "FormInvalid")
    assert next(iter(query)) in answer.json()["detail"]


async def test_a_cancel_reaches_the_task(stand: Stand) -> None:
    keep_rows(stand, 1)

    answer = await stand.client.post(f"/video/{task_id(1)}/cancel")

    assert answer.status_code == 202
    assert answer.headers["location"] == f"/status/{task_id(1)}"
    assert stand.tasks.asked == [(task_id(1), "cancel")]


async def test_a_retry_reaches_the_stage(stand: Stand) -> None:
    keep_rows(stand, 1)

    answer = await stand.client.post(f"/video/{task_id(1)}/retry/merger")

    assert answer.status_code == 202
    assert stand.tasks.asked == [(task_id(1), "merger")]


@pytest.mark.parametrize("call", ["cancel", "retry/merger"])
async def test_an_ended_task_can_not_be_cancelled_or_retried(stand: Stand, call: str) -> None:
    keep_rows(stand, 1)
    end(stand, 1, TaskStatus.COMPLETED)

    answer = await stand.client.post(f"/video/{task_id(1)}/{call}")

    assert (answer.status_code, answer.json()["code"]) == (409, "TaskEnded")
    assert stand.tasks.asked == []


async def test_an_unknown_stage_is_not_found(stand: Stand) -> None:
    keep_rows(stand, 1)

    answer = await stand.client.post(f"/video/{task_id(1)}/retry/upscale")

    assert (answer.status_code, answer.json()["code"]) == (404, "StageUnknown")
    assert "downscale" in answer.json()["detail"]


async def test_a_stage_that_does_not_wait_for_a_retry_is_a_conflict(stand: Stand) -> None:
    keep_rows(stand, 1)
    stand.tasks.fault = StageNotRetryable("The stage 'merger' is not waiting for a retry.")

    answer = await stand.client.post(f"/video/{task_id(1)}/retry/merger")

    assert (answer.status_code, answer.json()["code"]) == (409, "StageNotRetryable")
