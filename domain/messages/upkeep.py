"""The wire types of the hourly sweep and the upkeep of the library."""

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
    """Videos go `retention_s` after they came (0: never), to `archive_bucket` if there is one.

    What is younger than `grace_s` may belong to an upload or a task that has not recorded it yet.
    """

    retention_s: int = 0
    archive_bucket: str = ""
    grace_s: int = 24 * 3600


@dataclass(frozen=True)
class UpkeepReport:
    """How many videos went by age, how many had lost their result, how many objects of no row went, and how
    many of either were left as they are, because so many are no leftover."""

    expired: int = 0
    lost: int = 0
    orphans: int = 0
    spared: int = 0


@dataclass(frozen=True)
class ExpiredUpload:
    """A resumable upload whose time is over; an unsettled one has no task, and its parts are nobody's."""

    upload_id: str
    video_id: str
    settled: bool


@dataclass(frozen=True)
class SweepInput:
    """Removes what is older than `older_than_s` and no task needs, and keeps the library up."""

    older_than_s: int = 24 * 3600
    upkeep: UpkeepInput | None = None


@dataclass(frozen=True)
class SweepReport:
    """What went: objects, uploads to the store that were begun and never ended, and what was known of
    resumable uploads whose time is over."""

    objects: int = 0
    uploads: int = 0
    kept: UpkeepReport | None = None
    expired: int = 0
