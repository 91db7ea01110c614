"""Wire types of the hourly sweep of the store and the upkeep of the library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StoredVideo:
    """A video of the catalogue; `final_key` is empty when it has no result."""

    video_id: str
    task_id: str
    final_key: str


@dataclass(frozen=True)
class UpkeepInput:
    """Videos are removed `retention_s` after their upload (0: never), after a copy to `archive_bucket` if
    that is set.

    Objects and rows younger than `grace_s` are left alone: an upload or a task may still be recording them.
    """

    retention_s: int = 0
    archive_bucket: str = ""
    grace_s: int = 24 * 3600


@dataclass(frozen=True)
class UpkeepReport:
    """Counts of an upkeep: `expired` videos, videos with a `lost` result, removed `orphans` (objects without
    a row), and `spared` ones: left unchanged, because so many point to a wrong configuration."""

    expired: int = 0
    lost: int = 0
    orphans: int = 0
    spared: int = 0


@dataclass(frozen=True)
class ExpiredUpload:
    """An expired resumable upload; one that is not `settled` has no task, and its parts are removed."""

    upload_id: str
    video_id: str
    settled: bool


@dataclass(frozen=True)
class SweepInput:
    """Removal of objects older than `older_than_s` that no task needs, and the upkeep of the library."""

    older_than_s: int = 24 * 3600
    upkeep: UpkeepInput | None = None


@dataclass(frozen=True)
class SweepReport:
    """Counts of a sweep: removed `objects`, aborted multipart `uploads`, `expired` resumable uploads; `kept`
    is the report of the upkeep."""

    objects: int = 0
    uploads: int = 0
    kept: UpkeepReport | None = None
    expired: int = 0
