"""Launch of a stored video's task: starts the workflow, waits for the probe, cleans up after a refusal."""

from __future__ import annotations

from contextlib import suppress

import structlog
from anyio import to_thread

from adapters.catalogue import VideoRow
from adapters.settings import TaskSettings
from api.dependencies import Services
from api.http.problems import error_of
from domain.accounts.identity import plan_of
from domain.errors import PipelineError
from domain.messages.start import PipelineRequest
from domain.storage.keys import source_key, subtitles_key
from domain.tasks.state import TaskStatus

_log = structlog.get_logger(__name__)


def request_of(row: VideoRow, settings: TaskSettings) -> PipelineRequest:
    """Returns the start message of the row's task, the same for every start."""
    return PipelineRequest(
        task_id=row.task_id,
        video_id=row.id,
        owner=row.owner,
        filename=row.filename,
        source=row.source,
        options=row.processing_options,
        # The library's videos have a time limit of their own.
        stage_timeout_s=settings.ffmpeg_timeout_s
        if row.processing_options.given_subtitles
        else settings.stage_timeout_s,
        park_s=settings.park_s,
        chunk_after_s=settings.chunk_after_s,
        plan=plan_of(row.plan),
        webhook_url=row.webhook_url or "",
    )


class TaskLaunch:
    """Launches tasks, and removes what a refused or failed launch leaves behind."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def start(self, row: VideoRow) -> None:
        """Starts the row's task (idempotent)."""
        await self._services.tasks.start(request_of(row, self._services.settings))
        _log.info("task_started", task_id=row.task_id, video_id=row.id)

    async def join(self, row: VideoRow) -> VideoRow:
        """Returns the row of an earlier, equal upload; starts its task if that failed before."""
        if row.status != TaskStatus.QUEUED.value:
            return row
        await self.start(row)
        return await self.await_verdict(row)

    async def await_verdict(self, row: VideoRow) -> VideoRow:
        """Waits for the probe; removes a refused video and raises the reason."""
        verdict = await self._services.tasks.admission(row.task_id)
        if verdict is not None and not verdict.accepted:
            await self.discard(row.task_id, row.id)
            raise error_of(verdict.fault_code, verdict.fault_message)
        return row

    async def discard(self, task_id: str, video_id: str) -> None:
        """Removes the row and the files. Errors are ignored: they don't concern the sender."""
        with suppress(PipelineError):
            await self._services.ask_catalogue(self._services.catalogue.remove, task_id)
        await self.drop_files(video_id)

    async def drop_files(self, video_id: str) -> None:
        for key in (source_key(video_id), subtitles_key(video_id)):
            with suppress(PipelineError):
                await to_thread.run_sync(self._services.store.remove, key)
