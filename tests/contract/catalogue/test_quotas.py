"""Quotas are enforced in the catalogue, also for concurrent uploads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from adapters.catalogue import Catalogue, NewVideo
from domain.accounts.quotas import DAY_US, Quotas, Usage
from domain.errors import QuotaExceeded
from domain.media.source import PictureStream, Ratio, SourceMedia
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.state import TaskStatus
from tests.contract.catalogue.videos import new_video, state

NOW_US = 1_800_000_000_000_000
ALL = Quotas(running_tasks=10**6, daily_bytes=10**15, daily_minutes=10**6, stored_bytes=10**15)


def video(number: int, *, size_bytes: int = 100, created_us: int = NOW_US, owner: str = "local") -> NewVideo:
    source = Artifact(f"videos/original/{number}/source", "video/mp4", size_bytes, "ab" * 32)
    return replace(new_video(number, owner=owner), source=source, created_us=created_us)


def end(catalogue: Catalogue, number: int, duration_us: int | None = None) -> None:
    picture = PictureStream(0, "h264", "yuv420p", 640, 360, Ratio(25))
    media = None if duration_us is None else SourceMedia("mov", duration_us, 100, picture)
    ended = state(TaskStatus.COMPLETED, NOW_US + 1, number=number)
    catalogue.record(RecordInput(f"video-{number:03}", ended, media=media))


def test_usage_is_summed_over_open_tasks_the_last_day_and_all_videos(catalogue: Catalogue) -> None:
    catalogue.add(video(1, size_bytes=7, created_us=NOW_US - DAY_US))
    catalogue.add(video(2, size_bytes=20))
    catalogue.add(video(3, size_bytes=300))
    catalogue.add(video(4, size_bytes=4_000, owner="other"))
    end(catalogue, 1, duration_us=1_000_000)
    end(catalogue, 2, duration_us=30_000_000)

    assert catalogue.usage("local", NOW_US, ALL) == Usage(1, 320, 30_000_000, 327)
    assert catalogue.usage("nobody", NOW_US, ALL) == Usage()


def test_only_what_is_limited_is_summed(catalogue: Catalogue) -> None:
    catalogue.add(video(1))

    assert catalogue.usage("local", NOW_US, Quotas(daily_bytes=1)) == Usage(daily_bytes=100)
    assert catalogue.usage("local", NOW_US, Quotas()) == Usage()


def test_of_concurrent_videos_only_as_many_as_may_run_are_stored(catalogue: Catalogue) -> None:
    quotas = Quotas(running_tasks=1)

    def add(number: int) -> bool:
        try:
            catalogue.add(video(number), quotas)
        except QuotaExceeded:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(add, range(24)))

    assert stored.count(True) == 1
    assert len(catalogue.page("local").videos) == 1


def test_of_concurrent_videos_only_those_within_the_quota_of_bytes_are_stored(
    catalogue: Catalogue,
) -> None:
    quotas = Quotas(daily_bytes=350)

    def add(number: int) -> None:
        try:
            catalogue.add(video(number), quotas)
        except QuotaExceeded:
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(16)))

    assert catalogue.usage("local", NOW_US, ALL).stored_bytes == 300


def test_a_task_that_ends_makes_room_for_the_next(catalogue: Catalogue) -> None:
    quotas = Quotas(running_tasks=1)
    catalogue.add(video(1), quotas)
    with pytest.raises(QuotaExceeded):
        catalogue.add(video(2), quotas)

    end(catalogue, 1)

    assert catalogue.add(video(2), quotas).task_id == "task-002"


def test_the_same_upload_sent_again_is_no_second_task(catalogue: Catalogue) -> None:
    quotas = Quotas(running_tasks=1)
    catalogue.add(replace(video(1), idempotency_key="key"), quotas)

    assert catalogue.add(replace(video(2), idempotency_key="key"), quotas).task_id == "task-001"
