"""Given subtitles: sorts and flattens a caller's cues so that they follow one another within the video."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from domain.errors import SubtitlesInvalid
from domain.subtitles.cues import Cue

# A shorter overlap is most likely a rounding error; shown as a cue of its own it would only flash.
_ROUNDING_OVERLAP_US = 200_000


def in_sequence(cues: Sequence[Cue], duration_us: int) -> list[Cue]:
    """Cues in order of start without overlaps, none after the video's end.

    Where two overlap, both texts are shown, the earlier cue's first. Raises `SubtitlesInvalid` if every cue
    begins after the video's end.
    """
    visible = [
        Cue(cue.start_us, min(cue.end_us, duration_us), cue.lines)
        for cue in cues
        if cue.start_us < duration_us
    ]
    if not visible:
        raise SubtitlesInvalid("Every cue begins after the video's end.")
    trimmed = [
        Cue(cue.start_us, after.start_us, cue.lines)
        if cue.start_us < after.start_us < cue.end_us < after.start_us + _ROUNDING_OVERLAP_US
        else cue
        for cue, after in pairwise(visible)
    ]
    return _flattened([*trimmed, visible[-1]])


def _flattened(cues: list[Cue]) -> list[Cue]:
    """One cue for each stretch of time with the same set of cues."""
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
