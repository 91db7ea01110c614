"""Catalogue: idempotent uploads and recorded states, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from adapters.catalogue import Catalogue
from domain.media.source import PictureStream, Ratio, SourceMedia
from domain.messages.stages import RecordInput
from domain.speech.words import LanguageEstimate, LanguageVerdict
from domain.tasks.board import queued_state
from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import Fault, StageState, StageStatus, TaskOutcome, TaskState, TaskStatus
from tests.contract.catalogue.videos import new_video, state, status_of


def test_a_new_video_is_found_by_its_task_and_is_queued(catalogue: Catalogue) -> None:
    catalogue.add(new_video())

    row = catalogue.by_task("task-001")

    assert row is not None
    assert (row.id, row.status, row.size_bytes) == ("video-001", "queued", 5_000_000_000)
    assert row.source == new_video().source
    assert row.task_state == queued_state("task-001", ProcessingOptions(), 1_700_000_000_000_001)


def test_the_senders_options_are_stored(catalogue: Catalogue) -> None:
    options = ProcessingOptions(SubtitleMode.BURN, max_height=720, language="fr")

    catalogue.add(replace(new_video(), options=options))

    row = catalogue.by_task("task-001")
    assert row is not None
    assert row.processing_options == options


def test_a_task_that_is_not_known_has_no_row(catalogue: Catalogue) -> None:
    assert catalogue.by_task("task-404") is None
    assert catalogue.by_idempotency_key("local", "nothing") is None


def test_the_same_key_of_the_same_owner_gives_the_first_video(catalogue: Catalogue) -> None:
    first = catalogue.add(new_video(1, key="key"))

    second = catalogue.add(new_video(2, key="key"))

    assert second.task_id == first.task_id == "task-001"
    assert catalogue.by_task("task-002") is None
    found = catalogue.by_idempotency_key("local", "key")
    assert found is not None
    assert found.task_id == "task-001"


def test_the_same_key_of_another_owner_is_another_video(catalogue: Catalogue) -> None:
    catalogue.add(new_video(1, key="key"))

    assert catalogue.add(new_video(2, key="key", owner="other")).task_id == "task-002"


def test_videos_without_a_key_never_clash(catalogue: Catalogue) -> None:
    catalogue.add(new_video(1))

    assert catalogue.add(new_video(2)).task_id == "task-002"


def test_of_concurrent_uploads_with_one_key_only_one_is_stored(catalogue: Catalogue) -> None:
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda number: catalogue.add(new_video(number, key="key")), range(8)))

    assert len({row.task_id for row in rows}) == 1
    assert len(catalogue.page("local").videos) == 1


def test_a_record_stores_all_results_of_the_task(catalogue: Catalogue) -> None:
    catalogue.add(new_video())
    finished = TaskState(
        "task-001",
        TaskStatus.COMPLETED,
        1_700_000_100_000_000,
        stages={
            "merger": StageState(StageStatus.COMPLETED, 100, 2, 1_700_000_050_000_000, 1_700_000_090_000_000)
        },
        outcome=TaskOutcome(
            "final.mp4", "fr", 0.98, ("cat", "dog"), "subtitles.vtt", {"final.mp4": "videos/transcoded/x"}
        ),
    )
    picture = PictureStream(
        0, "h264", "yuv420p", 1080, 1920, Ratio(30), sample_aspect=Ratio(4, 3), rotation_degrees=90
    )

    catalogue.record(
        RecordInput(
            "video-001",
            finished,
            media=SourceMedia("mov", 7_200_000_000, 5_000_000_000, picture),
            language=LanguageEstimate(LanguageVerdict.DETECTED, "fr", 0.98),
        )
    )

    row = catalogue.by_task("task-001")
    assert row is not None
    assert row.task_state == finished
    assert (row.status, row.language, row.animals) == ("completed", "fr", ["cat", "dog"])
    assert (row.duration_us, row.width, row.height) == (7_200_000_000, 1920, 1440)
    assert row.updated_us == 1_700_000_100_000_000


def test_a_failure_is_stored_with_its_code_and_message(catalogue: Catalogue) -> None:
    catalogue.add(new_video())
    failed = replace(
        state(TaskStatus.FAILED, 1_800_000_000_000_000), fault=Fault("SourceTruncated", "It ends early.")
    )

    catalogue.record(RecordInput("video-001", failed))

    row = catalogue.by_task("task-001")
    assert row is not None
    assert (row.fault_code, row.fault_message) == ("SourceTruncated", "It ends early.")


def test_a_record_that_arrives_twice_changes_nothing(catalogue: Catalogue) -> None:
    catalogue.add(new_video())
    record = RecordInput("video-001", state(TaskStatus.RUNNING, 1_800_000_000_000_000))

    catalogue.record(record)
    catalogue.record(record)

    assert status_of(catalogue) == "running"


def test_a_late_record_changes_nothing(catalogue: Catalogue) -> None:
    catalogue.add(new_video())
    catalogue.record(RecordInput("video-001", state(TaskStatus.RUNNING, 1_800_000_000_000_002)))

    catalogue.record(RecordInput("video-001", state(TaskStatus.FAILED, 1_800_000_000_000_001)))

    assert status_of(catalogue) == "running"


def test_an_ended_task_is_not_reopened(catalogue: Catalogue) -> None:
    catalogue.add(new_video())
    catalogue.record(RecordInput("video-001", state(TaskStatus.CANCELLED, 1_800_000_000_000_000)))

    catalogue.record(RecordInput("video-001", state(TaskStatus.RUNNING, 1_900_000_000_000_000)))

    assert status_of(catalogue) == "cancelled"


def test_a_task_that_an_operator_reset_may_end_differently(catalogue: Catalogue) -> None:
    catalogue.add(new_video())
    catalogue.record(RecordInput("video-001", state(TaskStatus.FAILED, 1_800_000_000_000_000)))

    catalogue.record(RecordInput("video-001", state(TaskStatus.COMPLETED, 1_900_000_000_000_000)))

    assert status_of(catalogue) == "completed"


def test_the_first_record_counts_though_its_clock_is_behind_ours(catalogue: Catalogue) -> None:
    catalogue.add(new_video())

    catalogue.record(RecordInput("video-001", state(TaskStatus.RUNNING, 1_600_000_000_000_000)))

    assert status_of(catalogue) == "running"


def test_a_removed_video_does_not_come_back(catalogue: Catalogue) -> None:
    catalogue.add(new_video(key="key"))

    catalogue.remove("task-001")
    catalogue.remove("task-001")
    catalogue.record(RecordInput("video-001", state(TaskStatus.FAILED, 1_800_000_000_000_000)))

    assert catalogue.by_task("task-001") is None
    assert catalogue.add(new_video(2, key="key")).task_id == "task-002"
