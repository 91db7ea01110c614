"""Rows that the upkeep lists and changes, on both databases."""

from __future__ import annotations

import pytest

from adapters.catalogue import Catalogue
from adapters.catalogue.upkeep import CatalogueUpkeep
from domain.messages.stages import RecordInput
from domain.messages.upkeep import StoredVideo
from domain.storage.artifact import Artifact
from domain.tasks.state import Fault, TaskOutcome, TaskState, TaskStatus
from tests.contract.catalogue.videos import new_video, resumable_upload, state

CREATED_US = 1_700_000_000_000_000
LOST = Fault("FileUnknown", "It is gone.")


def save(catalogue: Catalogue, number: int) -> str:
    """Add a finished video and return its result's key."""
    key = f"videos/transcoded/video-{number:03}/t/final.mp4"
    catalogue.add(new_video(number))
    outcome = TaskOutcome(key, files={"final.mp4": key})
    done = TaskState(f"task-{number:03}", TaskStatus.COMPLETED, CREATED_US + 10_000, outcome=outcome)
    final = Artifact(key, "video/mp4", 7, "ef" * 32)
    catalogue.record(RecordInput(f"video-{number:03}", done, final=final))
    return key


@pytest.fixture
def upkeep(catalogue: Catalogue) -> CatalogueUpkeep:
    return CatalogueUpkeep(catalogue._engine)


def test_only_videos_of_ended_tasks_are_listed_as_old(catalogue: Catalogue, upkeep: CatalogueUpkeep) -> None:
    save(catalogue, 1)
    catalogue.add(new_video(2))
    catalogue.add(new_video(3))
    catalogue.record(RecordInput("video-003", state(TaskStatus.FAILED, CREATED_US + 9, 3)))

    assert [video.video_id for video in upkeep.older(CREATED_US + 1000)] == ["video-001", "video-003"]
    assert [video.video_id for video in upkeep.older(CREATED_US + 2)] == ["video-001"]


def test_all_pages_of_videos_are_listed_though_rows_are_removed_meanwhile(
    catalogue: Catalogue, upkeep: CatalogueUpkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.catalogue.upkeep._PAGE_ROWS", 2)
    for number in range(1, 6):
        save(catalogue, number)

    listed = []
    for video in upkeep.older(CREATED_US + 1000):
        listed.append(video.video_id)
        upkeep.forget(video.video_id)

    assert listed == ["video-001", "video-002", "video-003", "video-004", "video-005"]
    assert catalogue.page("local").videos == []
    assert upkeep.unknown({"a", "b", "c"}) == {"a", "b", "c"}


def test_ids_without_a_row_are_reported(catalogue: Catalogue, upkeep: CatalogueUpkeep) -> None:
    catalogue.add(new_video(1))
    catalogue.uploads.add(resumable_upload(video_id="on-its-way"))

    assert upkeep.unknown({"video-001", "nobody", "on-its-way"}) == {"nobody"}
    assert upkeep.unknown(set()) == set()


def test_a_lost_result_is_recorded_once_and_a_new_result_is_not_touched(
    catalogue: Catalogue, upkeep: CatalogueUpkeep
) -> None:
    key = save(catalogue, 1)
    assert list(upkeep.saved(CREATED_US + 20_000)) == [StoredVideo("video-001", "task-001", key)]
    assert list(upkeep.saved(CREATED_US + 10_000)) == []

    upkeep.lose("video-001", "another/key", LOST)
    assert catalogue.video("local", "video-001").status == "completed"  # type: ignore[union-attr]
    upkeep.lose("video-001", key, LOST)

    row = catalogue.video("local", "video-001")
    assert row is not None
    assert (row.status, row.final_key, row.result_key, row.fault_code) == (
        "failed",
        None,
        None,
        "FileUnknown",
    )
    assert row.task_state.fault == LOST
    assert list(upkeep.saved(CREATED_US + 20_000)) == []
