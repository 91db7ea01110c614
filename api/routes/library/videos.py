"""`/api/videos/`: the library of videos, and `GET /api/health`."""

from __future__ import annotations

import asyncio
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from adapters.catalogue import Cursor, Wanted
from api.access.rules import EVERYBODY, USERS, only_for
from api.dependencies import CallerKnown, ServicesNeeded, VideoId
from api.library.caller_videos import CallerVideos
from api.operation.health import status_of
from api.schemas.library import (
    STATUSES,
    HealthAnswer,
    LibraryStatus,
    VideoAnswer,
    VideoPage,
    links_of,
    video_answer,
)
from domain.version import VERSION

router = APIRouter(tags=["library"])

_VIDEO = "/api/videos/{video_id}"


class VideoChange(BaseModel):
    """The new name of a video."""

    model_config = ConfigDict(extra="forbid")
    filename: Annotated[str, Field(min_length=1, max_length=255, examples=["holiday.mp4"])]


@router.get("/api/health", summary="Check the library's health", tags=["operation"])
@only_for(EVERYBODY)
async def library_health(services: ServicesNeeded) -> HealthAnswer:
    """Checks the object store, the database, and FFmpeg in a CPU worker (at most twice a minute)."""
    store, database, ffmpeg = await asyncio.gather(
        status_of(to_thread.run_sync(services.store.ready)),
        status_of(services.ask_catalogue(services.catalogue.ready)),
        services.ffmpeg.of(services.tasks.diagnostics),
    )
    return HealthAnswer(
        status="healthy" if {store, database, ffmpeg} == {"ok"} else "degraded",
        service="video-pipeline",
        version=VERSION,
        object_store=store,
        database=database,
        ffmpeg=ffmpeg,
    )


@router.get("/api/videos/", summary="List the videos")
@only_for(USERS)
async def list_videos(
    services: ServicesNeeded,
    caller: CallerKnown,
    skip: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    status: LibraryStatus | None = None,
    filename: Annotated[
        str, Query(max_length=255, description="Only names that contain this, in upper or lower case.")
    ] = "",
    source: Annotated[
        str, Query(pattern="^([0-9a-f]{64})?$", description="Only videos whose source has this SHA-256.")
    ] = "",
    cursor: Annotated[
        str | None,
        Query(description="`next` of the previous page.", pattern=r"^[0-9]{1,18}\.[0-9a-z-]{1,64}$"),
    ] = None,
) -> VideoPage:
    """Newest first. Page with `cursor`: `skip` gets slow on late pages."""
    wanted = Wanted(STATUSES[status] if status else (), filename.replace("\0", ""), source)
    before = Cursor.parse(cursor) if cursor else None
    page = await services.ask_catalogue(
        services.catalogue.search, caller.identity.sees, wanted, limit, before, skip
    )
    found = [video_answer(row, services.store, services.library) for row in page.videos]
    return VideoPage(videos=found, skip=skip, limit=limit, next=str(page.next) if page.next else None)


@router.get(_VIDEO, summary="Get a video")
@only_for(USERS)
async def see_video(
    video_id: VideoId, response: Response, services: ServicesNeeded, caller: CallerKnown
) -> VideoAnswer:
    """The video's metadata and a new link to its file.

    The `Link` header has the events of its task (`monitor`), and its subtitles (`alternate`) unless they
    are burned into the picture.
    """
    row = await CallerVideos(services, caller).video(video_id)
    response.headers["Link"] = links_of(row)
    return video_answer(row, services.store, services.library)


@router.patch(_VIDEO, summary="Rename a video")
@only_for(USERS)
async def rename_video(
    video_id: VideoId, change: VideoChange, services: ServicesNeeded, caller: CallerKnown
) -> VideoAnswer:
    """Changes the name that downloads and lists show."""
    row = await CallerVideos(services, caller).rename(video_id, change.filename)
    return video_answer(row, services.store, services.library)


@router.delete(_VIDEO, status_code=204, summary="Remove a video")
@only_for(USERS)
async def remove_video(video_id: VideoId, services: ServicesNeeded, caller: CallerKnown) -> None:
    """Deletes the video with all its files; a running task is stopped first."""
    await CallerVideos(services, caller).remove(video_id)
