"""The wire types of a task's end: what is published, and what is cleaned up."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.storage.artifact import Artifact


@dataclass(frozen=True)
class PublishInput:
    """`files` maps each download's name to the artifact that becomes it."""

    task_id: str
    video_id: str
    files: dict[str, Artifact] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """Maps each download's name to its final artifact."""

    files: dict[str, Artifact] = field(default_factory=dict)


@dataclass(frozen=True)
class CleanUpInput:
    """Removes a task's temporary objects; `drop_source` also removes a refused source."""

    task_id: str
    video_id: str
    drop_source: bool = False
