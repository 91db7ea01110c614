"""Library uploads whose fake tasks end when a request waits for them."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from domain.media.source import PictureStream, Ratio, SourceMedia
from domain.messages.stages import RecordInput
from domain.tasks.state import Fault, TaskOutcome, TaskState, TaskStatus
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import video

SRT = b"1\n00:00:01,000 --> 00:00:02,000\nHello\n"
MEDIA = SourceMedia("mov", 125_500_000, 10_000, PictureStream(0, "h264", "yuv420p", 640, 480, Ratio(25)))
RESULT = bytes(range(256)) * 40


async def send(
    client: httpx.AsyncClient, query: str = "", headers: dict[str, str] | None = None, **fields: str
) -> httpx.Response:
    """Uploads a video with subtitles; the field `srt` replaces the default subtitles."""
    srt = fields.pop("srt", SRT.decode())
    return await client.post(
        f"/api/process-video/{query}",
        files={"video": ("my_video.mp4", video()), "srt_file": ("a.srt", srt)},
        data=fields,
        headers=headers,
    )


def finishing(harness: Harness, fault: Fault | None = None) -> Callable[[str], bool]:
    """Returns a function that ends a task as a worker would, successfully or with the fault."""

    def end(task_id: str) -> bool:
        row = harness.services.catalogue.by_task(task_id)
        assert row is not None
        if fault is not None:
            state = TaskState(task_id, TaskStatus.FAILED, row.created_us + 5, fault=fault)
            harness.services.catalogue.record(RecordInput(row.id, state, MEDIA))
            return True
        key = f"videos/transcoded/{row.id}/{task_id}/final.mp4"
        final = harness.services.store.put(key, RESULT, "video/mp4")
        outcome = TaskOutcome(key, files={"final.mp4": key})
        state = TaskState(task_id, TaskStatus.COMPLETED, row.created_us + 5, outcome=outcome)
        harness.services.catalogue.record(RecordInput(row.id, state, MEDIA, final=final))
        return True

    return end
