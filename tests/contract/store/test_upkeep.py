"""Upkeep on a real store and real rows: removes old videos and repairs differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.upkeep import Upkeep
from adapters.catalogue import Catalogue, CatalogueSettings, connect, upgrade
from adapters.catalogue.upkeep import CatalogueUpkeep
from adapters.object_store import S3ObjectStore, StoreSettings
from domain.messages.stages import RecordInput
from domain.messages.upkeep import UpkeepInput, UpkeepReport
from domain.tasks.state import TaskOutcome, TaskState, TaskStatus
from tests.contract.catalogue.videos import new_video
from tests.contract.store.servers import s3_server

DAY_S = 24 * 3600


@dataclass(frozen=True)
class Shelf:
    store: S3ObjectStore
    archive: S3ObjectStore
    catalogue: Catalogue
    upkeep: Upkeep

    def run(self, request: UpkeepInput) -> UpkeepReport:
        return ActivityEnvironment().run(self.upkeep.run, request)

    def save(self, number: int) -> str:
        """Add a finished video of the year 2023, with its source and its result."""
        video = new_video(number)
        source = self.store.put(video.source.key, b"source", "video/mp4")
        self.catalogue.add(replace(video, source=source))
        final = self.store.put(f"videos/transcoded/{video.video_id}/t/final.mp4", b"result", "video/mp4")
        outcome = TaskOutcome(final.key, files={"final.mp4": final.key})
        state = TaskState(video.task_id, TaskStatus.COMPLETED, video.created_us + 9, outcome=outcome)
        self.catalogue.record(RecordInput(video.video_id, state, final=final))
        return video.video_id

    def keys(self) -> list[str]:
        return [found.key for found in self.store.list_prefix("")]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreSettings]:
    with s3_server("versitygw", tmp_path_factory.mktemp("upkeep")) as settings:
        yield settings


@pytest.fixture
def shelf(settings: StoreSettings, tmp_path: Path) -> Shelf:
    catalogue_settings = CatalogueSettings(f"sqlite:///{tmp_path}/catalogue.db")
    upgrade(catalogue_settings)
    engine = connect(catalogue_settings)
    store, archive = S3ObjectStore(settings), S3ObjectStore(replace(settings, bucket="archive"))
    for bucket in (store, archive):
        bucket.ensure_bucket()
        bucket.remove_prefix("")
    return Shelf(store, archive, Catalogue(engine), Upkeep(store, CatalogueUpkeep(engine)))


def test_an_old_video_is_removed_with_its_objects_and_its_row(shelf: Shelf) -> None:
    shelf.save(1)

    assert shelf.run(UpkeepInput(retention_s=90 * DAY_S)) == UpkeepReport(expired=1)

    assert shelf.keys() == []
    assert shelf.catalogue.page("local").videos == []


def test_an_old_video_is_moved_if_there_is_an_archive(shelf: Shelf) -> None:
    shelf.save(1)

    shelf.run(UpkeepInput(retention_s=90 * DAY_S, archive_bucket="archive"))

    assert shelf.keys() == []
    assert {found.key for found in shelf.archive.list_prefix("")} == {
        "videos/original/video-001/source",
        "videos/transcoded/video-001/t/final.mp4",
    }


def test_no_video_is_removed_by_age_without_retention_or_while_its_task_runs(shelf: Shelf) -> None:
    shelf.save(1)
    running = new_video(2)
    source = shelf.store.put(running.source.key, b"source", "video/mp4")
    shelf.catalogue.add(replace(running, source=source))
    before = shelf.keys()

    assert shelf.run(UpkeepInput(retention_s=0)) == UpkeepReport()
    assert shelf.run(UpkeepInput(retention_s=100 * 365 * DAY_S)) == UpkeepReport()
    assert shelf.keys() == before
    shelf.run(UpkeepInput(retention_s=DAY_S))
    assert [row.id for row in shelf.catalogue.page("local").videos] == ["video-002"]


def test_a_video_whose_result_is_gone_is_marked_as_failed(shelf: Shelf) -> None:
    shelf.save(1)
    shelf.save(2)
    shelf.store.remove("videos/transcoded/video-001/t/final.mp4")

    assert shelf.run(UpkeepInput()) == UpkeepReport(lost=1)

    row = shelf.catalogue.video("local", "video-001")
    assert row is not None
    assert (row.status, row.final_key, row.fault_code) == ("failed", None, "FileUnknown")
    assert row.task_state.outcome.files == {}
    assert shelf.run(UpkeepInput()) == UpkeepReport()


def test_old_objects_without_a_video_are_removed(shelf: Shelf) -> None:
    shelf.save(1)
    kept = shelf.keys()
    for key in (
        "videos/original/nobody/source",
        "videos/transcoded/nobody/t/final.mp4",
        "subtitles/x/t/a.vtt",
    ):
        shelf.store.put(key, b"bytes", "video/mp4")

    assert shelf.run(UpkeepInput()) == UpkeepReport()
    assert shelf.run(UpkeepInput(grace_s=0)) == UpkeepReport(orphans=3)
    assert shelf.keys() == kept


def test_no_object_is_removed_if_most_have_no_row_as_with_a_wrong_database(shelf: Shelf) -> None:
    for number in range(11):
        shelf.store.put(f"videos/original/v{number}/source", b"bytes", "video/mp4")
    before = shelf.keys()

    assert shelf.run(UpkeepInput(grace_s=0)) == UpkeepReport(spared=11)
    assert shelf.keys() == before


def test_no_row_is_changed_if_most_results_are_missing_as_with_a_wrong_bucket(shelf: Shelf) -> None:
    for number in range(1, 12):
        shelf.save(number)
    shelf.store.remove_prefix("videos/transcoded/")

    assert shelf.run(UpkeepInput()) == UpkeepReport(spared=11)
    assert {row.status for row in shelf.catalogue.page("local").videos} == {"completed"}
