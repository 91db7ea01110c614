"""Result of a probe: streams, size and duration of a source as exact values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Ratio:
    """An exact ratio, serialized as two integers, such as a frame rate or a pixel's aspect ratio."""

    numerator: int
    denominator: int = 1

    def __post_init__(self) -> None:
        if self.numerator <= 0 or self.denominator <= 0:
            raise ValueError(f"a ratio needs two positive numbers, not {self}")

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True)
class PictureStream:
    """The source's video stream as it is coded, before rotation is applied.

    `rotation_degrees` is clockwise, one of 0, 90, 180, 270. `display_width` and
    `display_height` are the size on the screen: rotated, with square pixels.
    """

    index: int
    codec: str
    pixel_format: str
    width: int
    height: int
    frame_rate: Ratio
    sample_aspect: Ratio = Ratio(1, 1)
    rotation_degrees: int = 0
    bit_depth: int = 8
    profile: str = ""
    color_transfer: str = ""
    constant_frame_rate: bool = True

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0:
            raise ValueError(f"a picture needs a size, not {self.width}x{self.height}")
        if self.rotation_degrees not in (0, 90, 180, 270):
            raise ValueError(f"a rotation is 0, 90, 180 or 270 degrees, not {self.rotation_degrees}")

    @property
    def _is_quarter_turn(self) -> bool:
        return self.rotation_degrees in (90, 270)

    @property
    def display_width(self) -> int:
        square = (round(self.width * self.sample_aspect.fraction), self.height)
        return square[1] if self._is_quarter_turn else square[0]

    @property
    def display_height(self) -> int:
        square = (round(self.width * self.sample_aspect.fraction), self.height)
        return square[0] if self._is_quarter_turn else square[1]


@dataclass(frozen=True)
class SoundStream:
    """The source's first audio stream."""

    index: int
    codec: str
    channels: int
    sample_rate_hz: int
    language: str | None = None


@dataclass(frozen=True)
class SourceMedia:
    """A source that was read to its end and is valid. `container` is FFmpeg's demuxer name."""

    container: str
    duration_us: int
    size_bytes: int
    picture: PictureStream
    sound: SoundStream | None = None

    def __post_init__(self) -> None:
        if self.duration_us <= 0:
            raise ValueError("a source needs a running time")

    @property
    def duration_s(self) -> float:
        return self.duration_us / 1_000_000
