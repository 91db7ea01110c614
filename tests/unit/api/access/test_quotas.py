"""Quotas: an exhausted quota refuses the next upload as early as possible."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from adapters.catalogue import NewVideo
from api.access.callers import OWNER
from api.http.clock import now_us
from api.settings import UNLIMITED
from domain.accounts.quotas import Quotas
from domain.media.source import PictureStream, Ratio, SourceMedia
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.state import TaskState, TaskStatus
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import HEADERS, form, part, video


def add_row(harness: Harness, number: int, size_bytes: int = 100) -> str:
    task_id = f"task-{number:032x}"
    source = Artifact(f"videos/original/v{number}/source", "video/mp4", size_bytes, "ab")
    harness.services.catalogue.add(NewVideo(f"v{number}", task_id, OWNER, "a.mp4", source, now_us()))
    return task_id


def rows(harness: Harness) -> int:
    return len(harness.services.catalogue.page(OWNER).videos)


class Body:
    """Body of a form that counts the bytes read from it."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.read_bytes = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), 65_536):
            chunk = self._content[start : start + 65_536]
            self.read_bytes += len(chunk)
            yield chunk


async def test_at_the_quota_of_running_tasks_the_next_upload_is_refused_with_the_numbers(
    harness: Harness,
) -> None:
    add_row(harness, 1)
    async with harness.with_settings(UNLIMITED, quotas=Quotas(running_tasks=1)) as client:
        answer = await client.post("/video/upload", files={"file": ("a.mp4", video())})

    assert (answer.status_code, answer.json()["code"]) == (429, "QuotaExceeded")
    assert answer.json()["detail"].startswith("1 of your tasks have not ended; 1 may be open")
    assert int(answer.headers["retry-after"]) > 0
    assert harness.tasks.started == []
    assert list(harness.services.store.list_prefix("")) == []


async def test_an_announced_length_over_the_quota_is_refused_before_the_store_is_used(
    harness: Harness,
) -> None:
    add_row(harness, 1, size_bytes=900_000)
    body = form(part("file", video(2_000_000), "a.mp4"))
    async with harness.with_settings(UNLIMITED, quotas=Quotas(daily_bytes=1_000_000)) as client:
        answer = await client.post("/video/upload", content=body, headers=HEADERS)

    assert (answer.status_code, answer.json()["code"]) == (429, "QuotaExceeded")
    assert "900000 bytes in the last 24 hours" in answer.json()["detail"]
    assert harness.services.store.unfinished("") == []
    assert rows(harness) == 1


async def test_a_body_without_a_length_is_refused_when_it_exceeds_the_quota(harness: Harness) -> None:
    body = Body(form(part("file", video(11_000_000), "a.mp4")))
    async with harness.with_settings(UNLIMITED, quotas=Quotas(stored_bytes=9_000_000)) as client:
        answer = await client.post("/video/upload", content=body, headers=HEADERS)

    assert (answer.status_code, answer.json()["code"]) == (429, "QuotaExceeded")
    assert harness.leftovers() == []


async def test_an_exhausted_quota_of_minutes_refuses_the_next_upload(harness: Harness) -> None:
    task_id = add_row(harness, 1)
    picture = PictureStream(0, "h264", "yuv420p", 640, 360, Ratio(25))
    media = SourceMedia("mov", 61_000_000, 100, picture)
    harness.services.catalogue.record(
        RecordInput("v1", TaskState(task_id, TaskStatus.RUNNING, now_us()), media=media)
    )
    async with harness.with_settings(UNLIMITED, quotas=Quotas(daily_minutes=1)) as client:
        answer = await client.post("/video/upload", files={"file": ("a.mp4", video())})

    assert (answer.status_code, answer.json()["code"]) == (429, "QuotaExceeded")
    assert "1.0 minutes" in answer.json()["detail"]


async def test_simultaneous_uploads_start_no_more_tasks_than_the_quota(harness: Harness) -> None:
    async with harness.with_settings(UNLIMITED, quotas=Quotas(running_tasks=2)) as client:
        answers = await asyncio.gather(
            *(client.post("/video/upload", files={"file": ("a.mp4", video())}) for _ in range(8))
        )

    assert sorted(answer.status_code for answer in answers) == [202, 202, *[429] * 6]
    assert rows(harness) == 2
    assert len(list(harness.services.store.list_prefix(""))) == 2
    assert len(harness.tasks.started) == 2


async def test_a_repeated_upload_is_answered_by_its_key_even_with_an_exhausted_quota(
    harness: Harness,
) -> None:
    headers = {"Idempotency-Key": "key"}
    async with harness.with_settings(UNLIMITED, quotas=Quotas(running_tasks=1)) as client:
        first = await client.post("/video/upload", files={"file": ("a.mp4", video())}, headers=headers)
        again = await client.post("/video/upload", files={"file": ("a.mp4", video())}, headers=headers)

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["task_id"] == again.json()["task_id"]


async def test_an_upload_that_the_probe_refuses_does_not_count_against_the_quota(harness: Harness) -> None:
    assert harness.tasks.verdict is not None
    harness.tasks.verdict = replace(
        harness.tasks.verdict, accepted=False, fault_code="SourceTruncated", fault_message="It ends early."
    )
    async with harness.with_settings(UNLIMITED, quotas=Quotas(running_tasks=1)) as client:
        answers = [await client.post("/video/upload", files={"file": ("a.mp4", video())}) for _ in range(2)]

    assert [answer.json()["code"] for answer in answers] == ["SourceTruncated", "SourceTruncated"]
