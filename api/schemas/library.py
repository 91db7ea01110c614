"""Response models of the library."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field

from adapters.catalogue import VideoRow
from adapters.object_store import S3ObjectStore
from api.schemas.tasks import Answer, instant
from api.settings import LibrarySettings
from domain.tasks.options import SubtitleMode
from domain.tasks.state import TaskStatus


class LibraryStatus(StrEnum):
    """Status of a video in the library."""

    PROCESSING = "processing"
    SAVED = "saved"
    FAILED = "failed"


STATUSES = {
    LibraryStatus.PROCESSING: (TaskStatus.QUEUED, TaskStatus.RUNNING),
    LibraryStatus.SAVED: (TaskStatus.COMPLETED,),
    LibraryStatus.FAILED: (TaskStatus.FAILED, TaskStatus.CANCELLED),
}


class VideoAnswer(Answer):
    """A video of the library. Once it is saved it has a file, and a `link` that expires."""

    id: str
    filename: Annotated[str, Field(examples=["my_video.mp4"])]
    s3_uri: str | None
    link: str | None
    status: LibraryStatus
    file_size: int | None
    duration: Annotated[float | None, Field(description="Seconds.", examples=[125.5])]
    resolution: Annotated[str | None, Field(examples=["1280x720"])]
    created_at: datetime
    updated_at: datetime


class VideoPage(Answer):
    """Videos, newest first; `next` is the cursor of the next page, null on the last one."""

    videos: list[VideoAnswer]
    skip: int
    limit: int
    next: str | None = None


class ProcessingAnswer(Answer):
    """The processing has started; `GET /api/videos/{video_id}` shows its result."""

    status: Literal["processing"] = "processing"
    video_id: str
    job_id: Annotated[str, Field(examples=["task-5f0c"])]
    message: str = "The video is being processed."


class ResultMetadata(Answer):
    """Names, resolution, duration in seconds and size in bytes of the result."""

    original_filename: Annotated[str, Field(examples=["my_video.mp4"])]
    final_filename: Annotated[str, Field(examples=["my_video_final.mp4"])]
    resolution: Annotated[str | None, Field(examples=["1280x720"])]
    duration: Annotated[float | None, Field(description="Seconds.", examples=[125.5])]
    file_size: Annotated[int | None, Field(examples=[15728640])]


class ProcessedAnswer(Answer):
    """The video has been processed, now or by an earlier upload."""

    status: Literal["success"] = "success"
    video_id: str
    job_id: str
    message: str = "The video was processed."
    streaming_url: Annotated[str, Field(examples=["/api/stream/5f0c"])]
    metadata: ResultMetadata


class HealthAnswer(Answer):
    """Health of the services: each is `ok` or an error; `ffmpeg` is that of the CPU workers."""

    status: Literal["healthy", "degraded"]
    service: str
    version: str
    object_store: str
    database: str
    ffmpeg: str


def video_answer(row: VideoRow, store: S3ObjectStore, settings: LibrarySettings) -> VideoAnswer:
    """Returns the response model of a video. Signing its link needs no call to the store."""
    key = row.result_key
    return VideoAnswer(
        id=row.id,
        filename=row.filename,
        s3_uri=store.uri_of(key) if key else None,
        link=store.presigned_get(key, settings.link_valid_s) if key else None,
        status=next(status for status, tasks in STATUSES.items() if row.task_state.status in tasks),
        file_size=row.final_size_bytes,
        duration=_seconds(row),
        resolution=_resolution(row),
        created_at=instant(row.created_us),
        updated_at=instant(max(row.updated_us, row.edited_us or 0)),
    )


def links_of(row: VideoRow) -> str:
    """Returns the Link header (RFC 8288) of a video: its task's events, and its subtitle file."""
    links = [f'</api/tasks/{row.task_id}/events>; rel="monitor"']
    outcome = row.task_state.outcome
    name = next((name for name, key in outcome.files.items() if key == outcome.subtitles), None)
    if name and row.processing_options.subtitle_mode is SubtitleMode.SOFT:
        links.append(f'</video/{row.task_id}/files/{name}>; rel="alternate"; type="text/vtt"')
    return ", ".join(links)


def processed_answer(row: VideoRow, settings: LibrarySettings) -> ProcessedAnswer:
    """Returns the response model of a finished video."""
    return ProcessedAnswer(
        video_id=row.id,
        job_id=row.task_id,
        streaming_url=f"{settings.api_url}/api/stream/{row.id}",
        metadata=ResultMetadata(
            original_filename=row.filename,
            final_filename=f"{PurePosixPath(row.filename).stem}_final.mp4",
            resolution=_resolution(row),
            duration=_seconds(row),
            file_size=row.final_size_bytes,
        ),
    )


def _seconds(row: VideoRow) -> float | None:
    return None if row.duration_us is None else row.duration_us / 1_000_000


def _resolution(row: VideoRow) -> str | None:
    """Returns the result's resolution, from the options and the size of the source."""
    if row.width is None or row.height is None:
        return None
    width, height = row.processing_options.rendition.size(row.width, row.height)
    return f"{width}x{height}"
