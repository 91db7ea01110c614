"""Catalogue: pages, concurrent writers, and faults of the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.catalogue import Catalogue, CatalogueSettings, Cursor, connect, upgrade
from domain.errors import CatalogueUnavailable, FormInvalid, SettingInvalid
from domain.messages.stages import RecordInput
from domain.tasks.state import TaskStatus
from tests.contract.catalogue.videos import new_video, state


def test_pages_give_every_video_once_newest_first(catalogue: Catalogue) -> None:
    for number in range(1, 8):
        # Two videos share each instant, so that the order needs their ids too.
        catalogue.add(replace(new_video(number), created_us=number // 2))
    catalogue.add(new_video(9, owner="other"))

    listed: list[str] = []
    before: Cursor | None = None
    while True:
        page = catalogue.page("local", limit=3, before=before)
        listed += [row.id for row in page.videos]
        if page.next is None:
            break
        before = Cursor.parse(str(page.next))

    assert listed == [f"video-{number:03}" for number in (7, 6, 5, 4, 3, 2, 1)]


def test_a_page_that_is_exactly_full_has_none_after_it(catalogue: Catalogue) -> None:
    catalogue.add(new_video(1))
    catalogue.add(new_video(2))

    assert catalogue.page("local", limit=2).next is None


def test_a_page_has_only_the_requested_statuses(catalogue: Catalogue) -> None:
    catalogue.add(new_video(1))
    catalogue.add(new_video(2))
    catalogue.record(RecordInput("video-002", state(TaskStatus.RUNNING, 1_800_000_000_000_000, number=2)))

    running = catalogue.page("local", (TaskStatus.RUNNING,))
    both = catalogue.page("local", (TaskStatus.RUNNING, TaskStatus.QUEUED))

    assert [row.id for row in running.videos] == ["video-002"]
    assert [row.id for row in both.videos] == ["video-002", "video-001"]


@pytest.mark.parametrize(
    "cursor", ["", "x", "12", "12.", ".video", "-1.video", "٣.video", "9" * 30 + ".video"]
)
def test_an_invalid_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(FormInvalid):
        Cursor.parse(cursor)


def test_eight_writers_at_once_lose_nothing(catalogue: Catalogue) -> None:
    for number in range(8):
        catalogue.add(new_video(number))

    def record_often(number: int) -> None:
        for step in range(20):
            updated_us = 1_800_000_000_000_000 + step
            catalogue.record(
                RecordInput(f"video-{number:03}", state(TaskStatus.RUNNING, updated_us, number=number))
            )

    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(record_often, range(8)):
            pass

    assert [row.updated_us for row in catalogue.page("local").videos] == [1_800_000_000_000_019] * 8


def test_a_state_with_a_field_of_a_later_version_is_still_read(
    settings: CatalogueSettings,
) -> None:
    upgrade(settings)
    catalogue = Catalogue(connect(settings))
    catalogue.add(new_video())
    with connect(settings).begin() as connection:
        connection.execute(text("UPDATE videos SET state = json_set(state, '$.later', 'x')"))

    row = catalogue.by_task("task-001")

    assert row is not None
    assert row.task_state.status is TaskStatus.QUEUED


def test_a_database_without_its_table_is_unavailable(tmp_path: Path) -> None:
    catalogue = Catalogue(connect(CatalogueSettings(f"sqlite:///{tmp_path}/empty.db")))
    calls = [
        catalogue.ready,
        lambda: catalogue.add(new_video()),
        lambda: catalogue.by_task("task-001"),
        lambda: catalogue.by_idempotency_key("local", "key"),
        lambda: catalogue.record(RecordInput("video-001", state(TaskStatus.RUNNING, 1))),
        lambda: catalogue.remove("task-001"),
        lambda: catalogue.page("local"),
    ]

    for call in calls:
        with pytest.raises(CatalogueUnavailable):
            call()


def test_a_database_that_another_process_keeps_locked_is_unavailable(
    settings: CatalogueSettings,
) -> None:
    upgrade(settings)
    impatient = Catalogue(connect(replace(settings, wait_ms=50)))
    with connect(settings).connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN EXCLUSIVE")

        with pytest.raises(CatalogueUnavailable, match="locked"):
            impatient.add(new_video())


@pytest.mark.parametrize("url", ["", "nonsense", "nosuchdatabase://x", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_names_no_database_is_the_operators_fault(url: str) -> None:
    with pytest.raises(SettingInvalid):
        connect(CatalogueSettings(url))
