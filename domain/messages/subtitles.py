"""The wire types of subtitles that are given; like all of them they grow by fields with defaults."""

from __future__ import annotations

from dataclasses import dataclass

from domain.media.source import SourceMedia
from domain.storage.artifact import Artifact


@dataclass(frozen=True)
class GivenSubtitlesInput:
    """`srt` as it was sent."""

    task_id: str
    srt: Artifact
    media: SourceMedia
    language: str | None = None
