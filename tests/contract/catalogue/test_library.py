"""Queries of videos, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.catalogue import Catalogue, Wanted, work_sha256
from domain.media.rendition import FrameSize
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import TaskStatus
from tests.contract.catalogue.videos import new_video, state

SRT = Artifact("videos/original/a/subtitles", "application/x-subrip", 100, "cd" * 32)
BURN = ProcessingOptions(SubtitleMode.BURN, given_subtitles=SRT, exact_size=FrameSize(640, 360), crf=23)
FINAL = Artifact("videos/transcoded/video-001/task-001/final.mp4", "video/mp4", 777, "ef" * 32)


def test_a_record_stores_the_finished_file(catalogue: Catalogue) -> None:
    catalogue.add(new_video())

    catalogue.record(RecordInput("video-001", state(TaskStatus.COMPLETED, 1), final=FINAL))

    row = catalogue.video("local", "video-001")
    assert row is not None
    assert (row.final_key, row.final_size_bytes) == (FINAL.key, 777)


def test_a_video_is_its_owners_only(catalogue: Catalogue) -> None:
    catalogue.add(new_video(owner="ann"))

    assert catalogue.video("bob", "video-001") is None
    assert catalogue.rename("bob", "video-001", "mine.mp4", 5) is None
    assert catalogue.video("ann", "video-001") is not None


def test_a_video_is_found_by_its_task_too(catalogue: Catalogue) -> None:
    catalogue.add(new_video(owner="ann"))

    found = catalogue.video("ann", "task-001")

    assert found is not None
    assert found.id == "video-001"
    assert catalogue.video("bob", "task-001") is None


def test_the_same_work_is_found_by_content_unless_it_failed(catalogue: Catalogue) -> None:
    video = replace(new_video(), options=BURN)
    catalogue.add(video)
    elsewhere = replace(BURN, given_subtitles=replace(SRT, key="videos/original/b/subtitles"))
    key = work_sha256(replace(video.source, key="videos/original/b/source"), elsewhere)

    found = catalogue.same_work("local", key)
    assert found is not None
    assert found.id == "video-001"
    assert catalogue.same_work("bob", key) is None

    catalogue.record(RecordInput("video-001", state(TaskStatus.FAILED, 1)))
    assert catalogue.same_work("local", key) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(BURN, crf=24),
        replace(BURN, exact_size=FrameSize(854, 480)),
        replace(BURN, given_subtitles=replace(SRT, sha256="00" * 32)),
        replace(BURN, style=replace(BURN.style, box=True)),
        replace(BURN, subtitle_mode=SubtitleMode.SOFT),
    ],
)
def test_other_options_are_other_work(other: ProcessingOptions) -> None:
    source = new_video().source

    assert work_sha256(source, other) != work_sha256(source, BURN)


def test_a_source_is_shared_by_the_videos_made_from_it(catalogue: Catalogue) -> None:
    catalogue.add(new_video(1))
    assert not catalogue.is_source_shared("ab" * 32, "video-001")

    catalogue.add(new_video(2, owner="bob"))
    assert catalogue.is_source_shared("ab" * 32, "video-001")


def test_a_name_is_found_by_a_part_of_it_whatever_its_case(catalogue: Catalogue) -> None:
    for number, name in enumerate(("Summer 100%.mp4", "summer_1.mp4", "winter.mp4"), start=1):
        catalogue.add(replace(new_video(number), filename=name))

    def found(name: str) -> list[str]:
        return [row.id for row in catalogue.search("local", Wanted(name=name)).videos]

    assert found("SUMMER") == ["video-002", "video-001"]
    assert found("100%") == ["video-001"]
    assert found("r_1") == ["video-002"]
    assert found("%") == ["video-001"]


def test_the_videos_of_a_source_are_found(catalogue: Catalogue) -> None:
    other = replace(new_video(2), source=replace(new_video(2).source, sha256="77" * 32))
    for video in (new_video(1), other, new_video(3)):
        catalogue.add(video)

    found = catalogue.search("local", Wanted(source_sha256="ab" * 32)).videos

    assert [row.id for row in found] == ["video-003", "video-001"]


def test_skipping_and_following_the_cursor_give_the_same_pages(catalogue: Catalogue) -> None:
    for number in range(1, 8):
        catalogue.add(new_video(number))

    first = catalogue.search("local", Wanted(), limit=3)
    skipped = catalogue.search("local", Wanted(), limit=3, skip=3)
    followed = catalogue.search("local", Wanted(), limit=3, before=first.next)

    assert [row.id for row in skipped.videos] == ["video-004", "video-003", "video-002"]
    assert [row.id for row in followed.videos] == [row.id for row in skipped.videos]


def test_a_new_name_is_stored_and_does_not_change_the_tasks_state(catalogue: Catalogue) -> None:
    catalogue.add(new_video())

    catalogue.rename("local", "video-001", "renamed.mp4", 9)
    catalogue.record(RecordInput("video-001", state(TaskStatus.RUNNING, 5)))

    row = catalogue.video("local", "video-001")
    assert row is not None
    assert (row.filename, row.edited_us, row.updated_us, row.status) == ("renamed.mp4", 9, 5, "running")


def test_views_are_added_up_and_the_most_watched_are_listed_first(catalogue: Catalogue) -> None:
    for number in (1, 2, 3):
        catalogue.add(new_video(number))

    catalogue.views.add({"video-001": 2, "video-003": 5})
    catalogue.views.add({"video-001": 1, "video-gone": 9})

    assert catalogue.views.most(10) == [("video-003", 5), ("video-001", 3)]
    assert catalogue.views.most(1) == [("video-003", 5)]


def test_a_record_of_a_task_does_not_change_the_views(catalogue: Catalogue) -> None:
    catalogue.add(new_video())
    catalogue.views.add({"video-001": 4})

    catalogue.record(RecordInput("video-001", state(TaskStatus.COMPLETED, 1), final=FINAL))

    assert catalogue.views.most(10) == [("video-001", 4)]
