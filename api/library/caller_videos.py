"""The library's calls on one video: find it, wait for it, rename it, remove it with all that it left."""

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

# A worker stops its children within seconds; one that does not answer must be looked at first.
_STOPS_WITHIN_S = 30.0


class CallerVideos:
    """A caller's own videos; those of others are not there, unless the caller sees all."""

    def __init__(self, services: Services, caller: Caller) -> None:
        self._services = services
        self._owner = caller.identity.sees

    async def video(self, video_id: str) -> VideoRow:
        row = await self._services.ask_catalogue(self._services.catalogue.video, self._owner, video_id)
        if row is None:
            raise VideoUnknown(f"There is no video {video_id}.")
        return row

    async def finished(self, row: VideoRow, within_s: int) -> VideoRow:
        """The video as it is when its task has ended, or when the time is up."""
        if within_s and not row.task_state.status.ended:
            await self._services.tasks.ended(row.task_id, within_s)
        row = await self.video(row.id)
        if row.fault_code is not None:
            raise error_of(row.fault_code, row.fault_message or "")
        if row.task_state.status.ended and row.result_key is None:
            raise TaskEnded("The task was cancelled before it had a result.")
        return row

    async def file(self, video_id: str) -> tuple[str, VideoRow]:
        """The key of a video's result."""
        row = await self.video(video_id)
        if row.result_key is None:
            raise FileUnknown(f"The video {video_id} has no result, or not yet.")
        return row.result_key, row

    async def rename(self, video_id: str, filename: str) -> VideoRow:
        name = display_name(filename)
        if not filename.strip():
            raise FormInvalid("A video needs a name.")
        row = await self._services.ask_catalogue(
            self._services.catalogue.rename, self._owner, video_id, name, now_us()
        )
        if row is None:
            raise VideoUnknown(f"There is no video {video_id}.")
        return row

    async def remove(self, video_id: str) -> None:
        """Stop its task first; the row goes last, so that what fails in between can be done again."""
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
            raise WorkflowsUnavailable("The video's task has been asked to stop and has not stopped yet.")
