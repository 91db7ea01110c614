"""Listing tasks, cancelling them and retrying their stages."""

from __future__ import annotations

import pytest

from adapters.catalogue import NewVideo
from domain.errors import StageNotRetryable, WorkflowsUnavailable
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.state import LiveState, TaskState, TaskStatus
from tests.unit.api.conftest import Harness


def task_id(number: int) -> str:
    return f"task-{number:032x}"


def add_rows(harness: Harness, count: int) -> None:
    for number in range(1, count + 1):
        source = Artifact(f"videos/original/v{number}/source", "video/mp4", 10, "ab")
        harness.services.catalogue.add(
            NewVideo(
                f"v{number}",
                task_id(number),
                "local",
                f"{number}.mp4",
                source,
                1_700_000_000_000_000 + number,
            )
        )


def end(harness: Harness, number: int, status: TaskStatus) -> None:
    harness.services.catalogue.record(
        RecordInput(f"v{number}", TaskState(task_id(number), status, 1_800_000_000_000_000))
    )


async def test_the_list_is_newest_first_and_continues_at_its_cursor(harness: Harness) -> None:
    add_rows(harness, 5)

    first = (await harness.client.get("/tasks", params={"limit": 3})).json()
    second = (await harness.client.get("/tasks", params={"limit": 3, "cursor": first["next"]})).json()

    assert [task["task_id"] for task in first["tasks"]] == [task_id(5), task_id(4), task_id(3)]
    assert [task["task_id"] for task in second["tasks"]] == [task_id(2), task_id(1)]
    assert second["next"] is None
    assert first["tasks"][0]["filename"] == "5.mp4"
    assert first["tasks"][0]["status_url"] == f"/status/{task_id(5)}"
    assert first["tasks"][0]["created_at"] == "2023-11-14T22:13:20.000005Z"


async def test_the_list_shows_the_status_of_running_tasks_from_temporal(harness: Harness) -> None:
    add_rows(harness, 2)
    harness.tasks.states[task_id(1)] = LiveState(TaskState(task_id(1), TaskStatus.RUNNING, 1), 1, "temporal")

    tasks = (await harness.client.get("/tasks")).json()["tasks"]

    assert [task["status"] for task in tasks] == ["queued", "running"]


async def test_the_list_works_while_temporal_is_unreachable(harness: Harness) -> None:
    add_rows(harness, 2)
    harness.tasks.fault = WorkflowsUnavailable("down")

    answer = await harness.client.get("/tasks")

    assert answer.status_code == 200
    assert [task["status"] for task in answer.json()["tasks"]] == ["queued", "queued"]


async def test_the_list_can_be_filtered_by_status(harness: Harness) -> None:
    add_rows(harness, 3)
    end(harness, 2, TaskStatus.COMPLETED)

    tasks = (await harness.client.get("/tasks", params={"status": "completed"})).json()["tasks"]

    assert [task["task_id"] for task in tasks] == [task_id(2)]


async def test_a_running_task_is_found_though_its_row_lags_behind(harness: Harness) -> None:
    add_rows(harness, 3)
    end(harness, 3, TaskStatus.COMPLETED)
    harness.tasks.states[task_id(1)] = LiveState(TaskState(task_id(1), TaskStatus.RUNNING, 1), 1, "temporal")

    running = (await harness.client.get("/tasks", params={"status": "running"})).json()["tasks"]
    queued = (await harness.client.get("/tasks", params={"status": "queued"})).json()["tasks"]

    assert [task["task_id"] for task in running] == [task_id(1)]
    assert [task["task_id"] for task in queued] == [task_id(2)]


@pytest.mark.parametrize(
    "query", [{"status": "lost"}, {"limit": "0"}, {"limit": "1000"}, {"limit": "x"}, {"cursor": "x"}]
)
async def test_an_invalid_query_is_refused_with_the_name_of_its_field(
    harness: Harness, query: dict[str, str]
) -> None:
    answer = await harness.client.get("/tasks", params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, "FormInvalid")
    assert next(iter(query)) in answer.json()["detail"]


async def test_a_cancel_reaches_the_task(harness: Harness) -> None:
    add_rows(harness, 1)

    answer = await harness.client.post(f"/video/{task_id(1)}/cancel")

    assert answer.status_code == 202
    assert answer.headers["location"] == f"/status/{task_id(1)}"
    assert harness.tasks.calls == [(task_id(1), "cancel")]


async def test_a_retry_reaches_the_stage(harness: Harness) -> None:
    add_rows(harness, 1)

    answer = await harness.client.post(f"/video/{task_id(1)}/retry/merger")

    assert answer.status_code == 202
    assert harness.tasks.calls == [(task_id(1), "merger")]


@pytest.mark.parametrize("call", ["cancel", "retry/merger"])
async def test_an_ended_task_can_not_be_cancelled_or_retried(harness: Harness, call: str) -> None:
    add_rows(harness, 1)
    end(harness, 1, TaskStatus.COMPLETED)

    answer = await harness.client.post(f"/video/{task_id(1)}/{call}")

    assert (answer.status_code, answer.json()["code"]) == (409, "TaskEnded")
    assert harness.tasks.calls == []


async def test_an_unknown_stage_is_not_found(harness: Harness) -> None:
    add_rows(harness, 1)

    answer = await harness.client.post(f"/video/{task_id(1)}/retry/upscale")

    assert (answer.status_code, answer.json()["code"]) == (404, "StageUnknown")
    assert "downscale" in answer.json()["detail"]


async def test_a_stage_that_does_not_wait_for_a_retry_is_a_conflict(harness: Harness) -> None:
    add_rows(harness, 1)
    harness.tasks.fault = StageNotRetryable("The stage 'merger' is not waiting for a retry.")

    answer = await harness.client.post(f"/video/{task_id(1)}/retry/merger")

    assert (answer.status_code, answer.json()["code"]) == (409, "StageNotRetryable")
