"""Options of a task: what the caller asks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.media.rendition import FrameSize, Rendition
from domain.storage.artifact import Artifact
from domain.subtitles.style import READABLE, CueStyle


class SubtitleMode(StrEnum):
    """`soft`: a selectable track; `burn`: drawn into the picture; `none`: no subtitles are made."""

    SOFT = "soft"
    BURN = "burn"
    NONE = "none"


@dataclass(frozen=True)
class ProcessingOptions:
    """What the caller asks for. `language` (ISO 639-1) is a hint that skips detection.

    `given_subtitles` (SRT, as it was sent) stand instead of what is heard: then nobody listens. With an
    `exact_size` the picture gets bars where its shape differs; `crf` None is the operator's.
    """

    subtitle_mode: SubtitleMode = SubtitleMode.SOFT
    max_height: int = 1080
    language: str | None = None
    given_subtitles: Artifact | None = None
    exact_size: FrameSize | None = None
    crf: int | None = None
    animals: bool = True
    style: CueStyle = READABLE

    def __post_init__(self) -> None:
        if self.given_subtitles is not None and self.subtitle_mode is SubtitleMode.NONE:
            raise ValueError("given subtitles are burned or soft")
        # Also checks the values.
        _ = self.rendition

    @property
    def rendition(self) -> Rendition:
        return Rendition(self.max_height, self.exact_size, self.crf, self.style)
