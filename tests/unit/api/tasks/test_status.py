"""`GET /status/{task_id}`: exactly the required keys, from Temporal or from the catalogue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.catalogue import NewVideo
from domain.errors import WorkflowsUnavailable
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.board import queued_state
from domain.tasks.options import ProcessingOptions
from domain.tasks.state import Fault, LiveState, StageState, StageStatus, TaskOutcome, TaskState, TaskStatus
from tests.unit.api.conftest import Harness

TASK = "task-" + "0" * 32
FILES = {
    "final.mp4": f"videos/transcoded/v/{TASK}/final.mp4",
    "subtitles.vtt": f"subtitles/v/{TASK}/subtitles.vtt",
}
COMPLETED = TaskState(
    task_id=TASK,
    status=TaskStatus.COMPLETED,
    updated_us=1_700_000_000_500_000,
    stages={
        name: StageState(StageStatus.COMPLETED, 100, attempt=1)
        for name in ("downscale", "language_detection", "animal_detection", "subtitles", "merger")
    },
    outcome=TaskOutcome(
        final_video=FILES["final.mp4"],
        language="fr",
        language_probability=0.98,
        animals_detected=("cat", "dog"),
        subtitles=FILES["subtitles.vtt"],
        files=FILES,
    ),
)


def add_row(harness: Harness) -> None:
    source = Artifact("videos/original/v/source", "video/mp4", 10, "ab")
    harness.services.catalogue.add(NewVideo("v", TASK, "local", "holiday.mp4", source, 1_600_000_000_000_000))


def live(state: TaskState) -> LiveState:
    return LiveState(state, as_of_us=state.updated_us, source="temporal")


async def test_a_completed_task_has_the_keys_of_the_requirement(harness: Harness) -> None:
    harness.tasks.states[TASK] = live(COMPLETED)

    answer = await harness.client.get(f"/status/{TASK}")

    assert answer.status_code == 200
    body = answer.json()
    assert body["task_id"] == TASK
    assert body["status"] == "completed"
    assert list(body["stages"]) == [
        "downscale",
        "language_detection",
        "animal_detection",
        "subtitles",
        "merger",
    ]
    assert {(stage["status"], stage["progress"]) for stage in body["stages"].values()} == {("completed", 100)}
    assert body["result"] == {
        "final_video": f"/video/{TASK}/files/final.mp4",
        "language": "fr",
        "animals_detected": ["cat", "dog"],
        "subtitles": f"/video/{TASK}/files/subtitles.vtt",
    }
    assert body["links"]["final.mp4"] == f"/video/{TASK}/files/final.mp4"
    assert body["as_of"] == "2023-11-14T22:13:20.500000Z"
    assert body["age_seconds"] > 0
    assert (body["error"], body["parked_until"], body["source"]) == (None, None, "temporal")


async def test_a_queued_task_has_no_result_yet(harness: Harness) -> None:
    harness.tasks.states[TASK] = live(TaskState(TASK, TaskStatus.QUEUED, 1))

    body = (await harness.client.get(f"/status/{TASK}")).json()

    assert body["result"] == {
        "final_video": None,
        "language": None,
        "animals_detected": [],
        "subtitles": None,
    }
    assert body["links"] == {}
    assert {stage["status"] for stage in body["stages"].values()} == {"pending"}
    assert len(body["stages"]) == 5


async def test_a_parked_stage_shows_its_error_and_its_deadline(harness: Harness) -> None:
    failed = StageState(StageStatus.FAILED, 40, attempt=5, fault=Fault("MediaToolFailed", "It broke."))
    parked = replace(
        COMPLETED,
        status=TaskStatus.RUNNING,
        stages={"merger": failed},
        parked_until_us=1_700_000_000_000_000,
    )
    harness.tasks.states[TASK] = live(parked)

    body = (await harness.client.get(f"/status/{TASK}")).json()

    merger = body["stages"]["merger"]
    assert (merger["status"], merger["progress"], merger["attempt"]) == ("failed", 40, 5)
    assert merger["error"] == {"code": "MediaToolFailed", "message": "It broke."}
    assert body["parked_until"] == "2023-11-14T22:13:20Z"


async def test_a_failed_task_shows_its_error(harness: Harness) -> None:
    harness.tasks.states[TASK] = live(
        replace(COMPLETED, status=TaskStatus.FAILED, fault=Fault("SourceTruncated", "It ends early."))
    )

    body = (await harness.client.get(f"/status/{TASK}")).json()

    assert body["error"] == {"code": "SourceTruncated", "message": "It ends early."}


@pytest.mark.parametrize(
    ("asked", "language", "animals"),
    [
        ("fr", "fr", ["chat", "chien"]),
        ("fr-CA, en;q=0.5", "fr", ["chat", "chien"]),
        ("es;q=0.9, fr;q=0.1", "es", ["gato", "perro"]),
        ("xx", "en", ["cat", "dog"]),
        ("", "en", ["cat", "dog"]),
    ],
)
async def test_the_animals_names_follow_accept_language(
    harness: Harness, asked: str, language: str, animals: list[str]
) -> None:
    harness.tasks.states[TASK] = live(COMPLETED)

    answer = await harness.client.get(f"/status/{TASK}", headers={"Accept-Language": asked})

    assert answer.json()["result"]["animals_detected"] == animals
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"


async def test_the_status_of_a_task_unknown_to_temporal_comes_from_the_catalogue(harness: Harness) -> None:
    add_row(harness)
    harness.services.catalogue.record(RecordInput("v", COMPLETED))

    body = (await harness.client.get(f"/status/{TASK}")).json()

    assert (body["status"], body["source"]) == ("completed", "catalogue")
    assert body["result"]["animals_detected"] == ["cat", "dog"]
    assert body["as_of"] == "2023-11-14T22:13:20.500000Z"


async def test_while_temporal_is_unreachable_the_status_comes_from_the_catalogue(harness: Harness) -> None:
    add_row(harness)
    harness.tasks.fault = WorkflowsUnavailable("down")

    answer = await harness.client.get(f"/status/{TASK}")

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["source"]) == ("queued", "catalogue")


@pytest.mark.parametrize(
    "task_id", [TASK, "task-5", "%2e%2e", "scheduled-sweep", "task-" + "g" * 32, "é" * 90]
)
async def test_a_task_that_nobody_knows_is_not_found(harness: Harness, task_id: str) -> None:
    for call in (
        harness.client.get(f"/status/{task_id}"),
        harness.client.post(f"/video/{task_id}/cancel"),
        harness.client.post(f"/video/{task_id}/retry/merger"),
        harness.client.get(f"/video/{task_id}/files/final.mp4"),
    ):
        answer = await call
        assert (answer.status_code, answer.json()["code"]) == (404, "TaskUnknown")


async def test_a_queued_row_has_the_state_that_its_task_was_started_with(harness: Harness) -> None:
    add_row(harness)

    body = (await harness.client.get(f"/status/{TASK}")).json()

    assert set(body["stages"]) == set(queued_state(TASK, ProcessingOptions(), 0).stages)
