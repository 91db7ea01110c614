"""Given subtitles: a caller's cues, sorted and flattened so that they follow one another within the video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.errors import SubtitlesInvalid
from domain.subtitles.cues import Cue

# So short an overlap is a slip of rounding; shown on its own it would only flash.
_SLIP_US = 200_000


@dataclass(frozen=True)
class GivenCues:
    """The cues in order of start; they may overlap. `remarks` name what was read with a correction."""

    cues: list[Cue]
    remarks: tuple[str, ...] = ()


def in_sequence(cues: Sequence[Cue], duration_us: int) -> list[Cue]:
    """Cues in order of start without overlaps, none after the video's end.

    Where two overlap, both texts stand together, the earlier cue's first. Raises `SubtitlesInvalid` for
    cues of which none is ever seen.
    """
    seen = [
        Cue(cue.start_us, min(cue.end_us, duration_us), cue.lines)
        for cue in cues
        if cue.start_us < duration_us
    ]
    if not seen:
        raise SubtitlesInvalid("Every cue begins after the video's end.")
    trimmed = [
        Cue(cue.start_us, after.start_us, cue.lines)
        if cue.start_us < after.start_us < cue.end_us < after.start_us + _SLIP_US
        else cue
        for cue, after in pairwise(seen)
    ]
    return _flattened([*trimmed, seen[-1]])


def _flattened(cues: list[Cue]) -> list[Cue]:
    """One cue for each stretch in which the same cues are shown."""
    borders = sorted({time for cue in cues for time in (cue.start_us, cue.end_us)})
    flat: list[Cue] = []
    open_cues: list[Cue] = []
    waiting = iter([*cues, None])
    upcoming = next(waiting)
    for start_us, end_us in pairwise(borders):
        open_cues = [cue for cue in open_cues if cue.end_us > start_us]
        while upcoming is not None and upcoming.start_us <= start_us:
            open_cues.append(upcoming)
            upcoming = next(waiting)
        if open_cues:
            flat.append(Cue(start_us, end_us, tuple(line for cue in open_cues for line in cue.lines)))
    return flat
