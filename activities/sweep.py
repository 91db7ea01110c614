"""`sweep`: removes leftovers of tasks: temporary objects, cached parts, unfinished uploads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from temporalio import activity

from activities.attempts.failures import as_failure
from domain.errors import PipelineError
from domain.messages.upkeep import ExpiredUpload, SweepInput, SweepReport
from domain.storage.keys import (
    CACHE_PREFIX,
    TEMP_PREFIX,
    UPLOADS_PREFIX,
    pieces_prefix,
    source_prefix,
    temp_prefix,
)


class SweptStore(Protocol):
    def folders(self, prefix: str) -> list[str]:
        """The names directly below `prefix` that have objects below them."""

    def remove_older(self, prefix: str, before: datetime) -> int:
        """Remove every object below `prefix`, and every unfinished upload, that is older."""

    def drop_unfinished(self, prefix: str, before: datetime) -> int:
        """Abort every unfinished upload below `prefix` that is older; no object is removed."""


class RunningTasks(Protocol):
    def is_running(self, task_id: str) -> bool:
        """True while the task may still need its temporary objects, however old they are."""


class UploadRows(Protocol):
    def expired(self, at_us: int) -> Iterator[ExpiredUpload]:
        """Expired uploads; each must be removed before the next one is read."""

    def remove(self, upload_id: str) -> None:
        """Removes the row of an upload; idempotent."""


@dataclass(frozen=True)
class SweepStorage:
    store: SweptStore
    tasks: RunningTasks
    uploads: UploadRows

    @activity.defn(name="sweep", no_thread_cancel_exception=True)
    def run(self, request: SweepInput) -> SweepReport:
        """Removes old objects of ended tasks; those of a parked task stay while it waits."""
        now = datetime.now(UTC)
        before = now - timedelta(seconds=request.older_than_s)
        try:
            expired, removed = self._expire(now)
            for task_id in self.store.folders(TEMP_PREFIX):
                activity.heartbeat()
                if not self.tasks.is_running(task_id):
                    removed += self.store.remove_older(temp_prefix(task_id), before)
            activity.heartbeat()
            removed += self.store.remove_older(CACHE_PREFIX, before)
            activity.heartbeat()
            removed += self.store.remove_older(UPLOADS_PREFIX, before)
            activity.heartbeat()
            return SweepReport(removed, self.store.drop_unfinished("", before), expired=expired)
        except PipelineError as error:
            raise as_failure(error) from error

    def _expire(self, now: datetime) -> tuple[int, int]:
        """Removes expired resumable uploads, their rows last.

        Returns the number of uploads, and of their removed objects and parts.
        """
        expired = removed = 0
        for upload in self.uploads.expired(int(now.timestamp() * 1_000_000)):
            activity.heartbeat()
            removed += self.store.remove_older(pieces_prefix(upload.upload_id), now)
            if not upload.settled:
                removed += self.store.drop_unfinished(source_prefix(upload.video_id), now)
            self.uploads.remove(upload.upload_id)
            expired += 1
        return expired, removed
