"""Options of a task, as the caller chooses them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.media.rendition import FrameSize, Rendition
from domain.storage.artifact import Artifact
from domain.subtitles.style import READABLE, CueStyle


class SubtitleMode(StrEnum):
    """`soft`: a selectable track; `burn`: drawn into the picture; `none`: no subtitles."""

    SOFT = "soft"
    BURN = "burn"
    NONE = "none"


@dataclass(frozen=True)
class ProcessingOptions:
    """Options of one task. `language` (ISO 639-1) skips the language detection.

    `given_subtitles` (the caller's SRT file) replace the transcript, and speech recognition is skipped.
    With an `exact_size` the picture gets bars where its shape differs; `crf` None uses the operator's
    setting.
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
            raise ValueError("given subtitles need the mode soft or burn")
        # Building the rendition checks its values.
        _ = self.rendition

    @property
    def rendition(self) -> Rendition:
        return Rendition(self.max_height, self.exact_size, self.crf, self.style)
