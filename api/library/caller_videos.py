"""Caller's videos in the library: find one, wait for it, rename it, remove it with all its files."""

from __future__ import annotations

from anyio import to_thread

from adapters.catalogue import VideoRow
from api.access.callers import Caller
from api.dependencies import Services
from api.http.clock import now_us
from api.http.file_names import display_name
from api.http.problems import error_of
from domain.errors import FileUnknown, FormInvalid, TaskEnded, TaskUnknown, VideoUnknown, WorkflowsUnavailable
from domain.storage.keys import cache_prefix, video_prefixes

# A worker stops its child processes within seconds.
_STOPS_WITHIN_S = 30.0


class CallerVideos:
    """Videos of one caller; videos of others are unknown to them, except to admins."""

    def __init__(self, services: Services, caller: Caller) -> None:
        self._services = services
        self._owner = caller.identity.sees

    async def video(self, video_id: str) -> VideoRow:
        row = await self._services.ask_catalogue(self._services.catalogue.video, self._owner, video_id)
        if row is None:
            raise VideoUnknown(f"No video has the id {video_id}.")
        return row

    async def finished(self, row: VideoRow, within_s: int) -> VideoRow:
        """Returns the video when its task has ended, or after `within_s` seconds; raises the task's error."""
        if within_s and not row.task_state.status.ended:
            await self._services.tasks.ended(row.task_id, within_s)
        row = await self.video(row.id)
        if row.fault_code is not None:
            raise error_of(row.fault_code, row.fault_message or "")
        if row.task_state.status.ended and row.result_key is None:
            raise TaskEnded("The task was cancelled before it had a result: upload the video again.")
        return row

    async def file(self, video_id: str) -> tuple[str, VideoRow]:
        """Returns the object key of the video's result, and its row."""
        row = await self.video(video_id)
        if row.result_key is None:
            raise FileUnknown(f"The video {video_id} has no result (yet).")
        return row.result_key, row

    async def rename(self, video_id: str, filename: str) -> VideoRow:
        name = display_name(filename)
        if not filename.strip():
            raise FormInvalid("The filename is empty: send a name.")
        row = await self._services.ask_catalogue(
            self._services.catalogue.rename, self._owner, video_id, name, now_us()
        )
        if row is None:
            raise VideoUnknown(f"No video has the id {video_id}.")
        return row

    async def remove(self, video_id: str) -> None:
        """Stops the task, removes the files, and last the row, so that a failed call can be repeated."""
        row = await self.video(video_id)
        if not row.task_state.status.ended:
            await self._stop(row.task_id)
        store, catalogue = self._services.store, self._services.catalogue
        for prefix in video_prefixes(row.id, row.task_id):
            await to_thread.run_sync(store.remove_prefix, prefix)
        if not await self._services.ask_catalogue(catalogue.is_source_shared, row.source_sha256, row.id):
            await to_thread.run_sync(store.remove_prefix, cache_prefix(row.source_sha256))
        await self._services.ask_catalogue(catalogue.remove, row.task_id)

    async def _stop(self, task_id: str) -> None:
        try:
            await self._services.tasks.cancel(task_id)
        except (TaskUnknown, TaskEnded):
            return
        if not await self._services.tasks.ended(task_id, _STOPS_WITHIN_S):
            raise WorkflowsUnavailable("The video's task is still stopping: try again in a moment.")
