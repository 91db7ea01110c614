"""`upkeep`: removes expired videos, and reconciles the catalogue's rows with the stored objects."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from temporalio import activity

from activities.attempts.failures import as_failure
from domain.errors import PipelineError
from domain.messages.upkeep import StoredVideo, UpkeepInput, UpkeepReport
from domain.storage.keys import VIDEO_FOLDERS, video_prefixes
from domain.tasks.state import Fault

# If most rows and objects differ, the database or the bucket is more likely the wrong one.
_ALWAYS_PLAUSIBLE = 10
_LOST = Fault("FileUnknown", "The result is no longer in the object store; process the video again.")


class UpkeepStore(Protocol):
    def exists(self, key: str) -> bool: ...

    def folders(self, prefix: str) -> list[str]:
        """The names directly below `prefix` that have objects below them."""

    def remove_prefix(self, prefix: str) -> int: ...

    def remove_older(self, prefix: str, before: datetime) -> int:
        """Remove every object below `prefix`, and every unfinished upload, that is older."""

    def copy_to_bucket(self, prefix: str, bucket: str) -> int:
        """Copy every object below `prefix` to the same keys of another bucket."""


class UpkeepRows(Protocol):
    def older(self, before_us: int) -> Iterator[StoredVideo]: ...

    def saved(self, before_us: int) -> Iterator[StoredVideo]: ...

    def unknown(self, video_ids: Collection[str]) -> set[str]: ...

    def lose(self, video_id: str, final_key: str, fault: Fault) -> None: ...

    def forget(self, video_id: str) -> None: ...


@dataclass(frozen=True)
class Upkeep:
    store: UpkeepStore
    rows: UpkeepRows

    @activity.defn(name="upkeep", no_thread_cancel_exception=True)
    def run(self, request: UpkeepInput) -> UpkeepReport:
        """Every step can be repeated: the row of a video is removed after its objects."""
        now = datetime.now(UTC)
        settled = now - timedelta(seconds=request.grace_s)
        try:
            expired = self._expire(request, now) if request.retention_s else 0
            lost, spared_rows = self._find_lost(settled)
            orphans, spared_objects = self._remove_orphans(settled)
        except PipelineError as error:
            raise as_failure(error) from error
        if lost or orphans:
            activity.logger.warning("rows and objects differed: %d lost, %d orphans", lost, orphans)
        return UpkeepReport(expired, lost, orphans, spared_rows + spared_objects)

    def _expire(self, request: UpkeepInput, now: datetime) -> int:
        expired = 0
        for video in self.rows.older(_us(now - timedelta(seconds=request.retention_s))):
            activity.heartbeat()
            for prefix in video_prefixes(video.video_id, video.task_id):
                if request.archive_bucket:
                    self.store.copy_to_bucket(prefix, request.archive_bucket)
                self.store.remove_prefix(prefix)
            self.rows.forget(video.video_id)
            expired += 1
        return expired

    def _find_lost(self, settled: datetime) -> tuple[int, int]:
        """Marks videos without a result; returns the number of those, and of spared suspicious ones."""
        examined, lost = 0, []
        for video in self.rows.saved(_us(settled)):
            activity.heartbeat()
            examined += 1
            if not self.store.exists(video.final_key):
                lost.append(video)
        if _is_suspicious(len(lost), examined, "results are not in the store"):
            return 0, len(lost)
        for video in lost:
            self.rows.lose(video.video_id, video.final_key, _LOST)
        return len(lost), 0

    def _remove_orphans(self, settled: datetime) -> tuple[int, int]:
        """Removes objects without a row; returns the number of those, and of spared suspicious videos."""
        removed = spared = 0
        for folder in VIDEO_FOLDERS:
            activity.heartbeat()
            video_ids = self.store.folders(f"{folder}/")
            unknown = sorted(self.rows.unknown(video_ids))
            if _is_suspicious(len(unknown), len(video_ids), f"videos in {folder} have no row"):
                spared += len(unknown)
                continue
            for video_id in unknown:
                activity.heartbeat()
                removed += self.store.remove_older(f"{folder}/{video_id}/", settled)
        return removed, spared


def _is_suspicious(differing: int, examined: int, finding: str) -> bool:
    if differing <= max(_ALWAYS_PLAUSIBLE, examined // 2):
        return False
    activity.logger.error(
        "%d of %d %s: nothing was changed; check the settings of database and bucket",
        differing,
        examined,
        finding,
    )
    return True


def _us(time: datetime) -> int:
    return int(time.timestamp() * 1_000_000)
