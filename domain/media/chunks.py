"""Plan of the chunks of a long encode, each of which is encoded and cached on its own."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from domain.media.source import Ratio

# Chunks are a multiple of this, so that a later HLS ladder can cut its segments at their borders.
SEGMENT_US = 6_000_000

_SHORTEST_US = 2 * SEGMENT_US
_LONGEST_US = 10 * SEGMENT_US
# Enough for several workers to share a video; more would cost a key frame each and gain nothing.
_WANTED_CHUNKS = 12


@dataclass(frozen=True)
class Chunk:
    """The frames with `start_pts` <= pts < `end_pts`, in the source stream's time base.

    `seek_us` is the seek position, on the source's own clock, from which all of them can be decoded.
    """

    index: int
    start_pts: int
    end_pts: int
    frames: int
    seek_us: int

    def __post_init__(self) -> None:
        if not (self.start_pts < self.end_pts and self.frames > 0):
            raise ValueError(f"a chunk needs frames, not {self}")


@dataclass(frozen=True)
class FrameClock:
    """Clock of a stream's pts: `origin_pts` is media time zero, which may lie before the first frame."""

    time_base: Ratio
    origin_pts: int

    def media_us(self, pts: int) -> int:
        """The media time of a pts, in microseconds."""
        return round((pts - self.origin_pts) * self.time_base.fraction * 1_000_000)


@dataclass(frozen=True)
class FrameIndex:
    """Pts of every frame and every key frame of a source's picture, in display order."""

    clock: FrameClock
    pts: Sequence[int]
    key_pts: Sequence[int]

    def __post_init__(self) -> None:
        if not self.pts or not self.key_pts or self.key_pts[0] != self.pts[0]:
            raise ValueError("a picture begins with a key frame")


def chunk_length_us(duration_us: int) -> int:
    """The length of a source's chunks: a multiple of the segment, 12 s to 60 s."""
    segments = -(-duration_us // (_WANTED_CHUNKS * SEGMENT_US))
    return min(max(segments * SEGMENT_US, _SHORTEST_US), _LONGEST_US)


def plan_chunks(index: FrameIndex, length_us: int, *, seeks_exactly: bool) -> tuple[Chunk, ...]:
    """Cuts at the first frame at or after each multiple of `length_us`; every frame is in one chunk.

    `seeks_exactly` is False for a container without an index, where a seek may land after the
    wanted key frame.
    """
    step = Fraction(length_us, 1_000_000) / index.clock.time_base.fraction
    first, last = index.pts[0], index.pts[-1]
    cuts = [0]
    number = 1
    # The last chunk has at least half the length.
    while first + (number + Fraction(1, 2)) * step <= last:
        cut = bisect_left(index.pts, first + number * step)
        if cut > cuts[-1]:
            cuts.append(cut)
        number += 1
    ends = [*cuts[1:], len(index.pts)]
    return tuple(
        Chunk(
            index=number,
            start_pts=index.pts[start],
            end_pts=index.pts[end] if end < len(index.pts) else last + 1,
            frames=end - start,
            seek_us=_seek_us(index, index.pts[start], seeks_exactly=seeks_exactly),
        )
        for number, (start, end) in enumerate(zip(cuts, ends, strict=True))
    )


def chunk_starts(chunks: Sequence[Chunk], clock: FrameClock, frame_rate: Ratio | None) -> list[Fraction]:
    """The start of each chunk in the joined picture, in seconds after its first frame.

    Starts are rounded to whole frames of a constant `frame_rate`, as the encoder writes them, or to
    1/90000 s without one.
    """
    grid = frame_rate.fraction if frame_rate else Fraction(90_000)
    first = chunks[0].start_pts
    return [
        Fraction(round((chunk.start_pts - first) * clock.time_base.fraction * grid)) / grid
        for chunk in chunks
    ]


def _seek_us(index: FrameIndex, start_pts: int, *, seeks_exactly: bool) -> int:
    """Seek position just after the last key frame that is not after `start_pts`: ffmpeg seeks 130 ms
    early where a container is indexed by decoding times."""
    base = index.clock.time_base.fraction * 1_000_000
    key_pts = index.key_pts[bisect_right(index.key_pts, start_pts) - 1]
    if not seeks_exactly:
        return round(key_pts * base) - 1_000_000
    return min(-int(-start_pts * base // 1), round(key_pts * base) + 200_000)
