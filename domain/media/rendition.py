"""Rendition: the wanted size and quality of a video, and the style of its burned cues."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.media.scaling import fit_inside, fit_within
from domain.subtitles.style import READABLE, CueStyle


@dataclass(frozen=True)
class FrameSize:
    """A picture's size in square pixels; both sides are even, because 4:2:0 colour needs it."""

    width: int
    height: int

    def __post_init__(self) -> None:
        for side in (self.width, self.height):
            if not 16 <= side <= 8192 or side % 2:
                raise ValueError(f"a side is an even number of 16 to 8192 pixels, not {side}")


class Resolution(StrEnum):
    """Named frame sizes."""

    P360 = "360p"
    P480 = "480p"
    P720 = "720p"
    P1080 = "1080p"

    @property
    def size(self) -> FrameSize:
        return _SIZES[self]


_SIZES = {
    Resolution.P360: FrameSize(640, 360),
    Resolution.P480: FrameSize(854, 480),
    Resolution.P720: FrameSize(1280, 720),
    Resolution.P1080: FrameSize(1920, 1080),
}


@dataclass(frozen=True)
class Rendition:
    """Wanted output: at most `max_height` lines, or the `exact` size with bars where the shape differs.

    `crf` None uses the operator's setting.
    """

    max_height: int = 1080
    exact: FrameSize | None = None
    crf: int | None = None
    style: CueStyle = READABLE

    def __post_init__(self) -> None:
        if not 64 <= self.max_height <= 4320:
            raise ValueError(f"max_height is 64 to 4320 lines, not {self.max_height}")
        if self.crf is not None and not 0 <= self.crf <= 51:
            raise ValueError(f"a CRF is 0 to 51, not {self.crf}")

    def picture_size(self, display_width: int, display_height: int) -> tuple[int, int]:
        """Width and height of the scaled picture, without bars."""
        if self.exact is None:
            return fit_within(display_width, display_height, self.max_height)
        return fit_inside(display_width, display_height, self.exact.width, self.exact.height)

    def size(self, display_width: int, display_height: int) -> tuple[int, int]:
        """Width and height of the result, with bars."""
        if self.exact is None:
            return self.picture_size(display_width, display_height)
        return self.exact.width, self.exact.height
