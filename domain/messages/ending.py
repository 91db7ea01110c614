"""Wire types of a task's end: publishing and cleaning up."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.storage.artifact import Artifact


@dataclass(frozen=True)
class PublishInput:
    """Publishing of `files`: maps each download's name to its temporary artifact."""

    task_id: str
    video_id: str
    files: dict[str, Artifact] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """Published files: maps each download's name to its final artifact."""

    files: dict[str, Artifact] = field(default_factory=dict)


@dataclass(frozen=True)
class CleanUpInput:
    """Removal of a task's temporary objects; with `drop_source` also of a refused source."""

    task_id: str
    video_id: str
    drop_source: bool = False
