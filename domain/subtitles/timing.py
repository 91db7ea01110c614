"""Timing of cues: start and end of each one, from the times of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.subtitles.cues import MILLISECOND_US, CueRules, ceil_to_ms, floor_to_ms

# A cue that is shorter than a frame may be on no frame at all.
_SHORTEST_VISIBLE_US = 40_000


@dataclass(frozen=True)
class Utterance:
    """Words of one cue: start and end of the speech, and number of characters."""

    start_us: int
    end_us: int
    characters: int


def time_cues(
    utterances: Sequence[Utterance], media_duration_us: int, gap_us: int, rules: CueRules
) -> list[tuple[int, int]]:
    """Start and end of each cue (at least one) in whole milliseconds, by the order in `break_into_cues`.

    Raises ValueError when the media is shorter than one millisecond for each cue.
    """
    starts_us = _starts(utterances, floor_to_ms(media_duration_us), gap_us, rules)
    shortest_us = ceil_to_ms(rules.min_duration_us)
    spans: list[tuple[int, int]] = []
    for index, (utterance, start_us) in enumerate(zip(utterances, starts_us, strict=True)):
        latest_us = min(floor_to_ms(media_duration_us), start_us + floor_to_ms(rules.max_duration_us))
        next_us = None
        if index + 1 < len(starts_us):
            next_us = starts_us[index + 1]
            # Where there is no room for both, the shortest duration comes before the gap.
            latest_us = min(latest_us, max(next_us - gap_us, min(start_us + shortest_us, next_us)))
        wanted_us = max(
            utterance.end_us, start_us + shortest_us, start_us + rules.reading_us(utterance.characters)
        )
        end_us = min(ceil_to_ms(wanted_us), latest_us)
        if next_us is not None and next_us - end_us < rules.close_gaps_under_us:
            end_us = latest_us
        spans.append((start_us, end_us))
    return spans


def _starts(utterances: Sequence[Utterance], media_us: int, gap_us: int, rules: CueRules) -> list[int]:
    """Start of each cue: with its speech, or later if the cues before it need the time."""
    count = len(utterances)
    visible_us = min(_SHORTEST_VISIBLE_US, floor_to_ms(media_us // count))
    if visible_us < MILLISECOND_US:
        raise ValueError(f"{count} cues can't be shown one after another in {media_us} us")
    spoken_us = [
        min(ceil_to_ms(utterance.start_us), media_us - (count - index) * visible_us)
        for index, utterance in enumerate(utterances)
    ]
    steps_us = _steps(spoken_us, media_us, gap_us, rules)
    starts_us: list[int] = []
    earliest_us = 0
    for start_us, step_us in zip(spoken_us, steps_us, strict=True):
        starts_us.append(max(start_us, earliest_us))
        earliest_us = starts_us[-1] + step_us
    return starts_us


def _steps(spoken_us: Sequence[int], media_us: int, gap_us: int, rules: CueRules) -> list[int]:
    """Least time from each start to the next: the shortest cue and its gap, where the media has room.

    Cues that crowd before the media's end share the remaining time equally.
    """
    full_us = ceil_to_ms(rules.min_duration_us) + gap_us
    steps_us = [full_us] * len(spoken_us)
    # The last cue needs no gap after it.
    stop, deadline_us, spare_us = len(spoken_us), media_us, gap_us
    while stop > 0:
        shares_us = [
            full_us
            if start_us + (stop - index) * full_us - spare_us <= deadline_us
            else floor_to_ms((deadline_us - start_us) // (stop - index))
            for index, start_us in enumerate(spoken_us[:stop])
        ]
        share_us = min(shares_us)
        if share_us == full_us:
            break
        # The tightest crowd starts on time; its start is the deadline of the cues before it.
        crowd = shares_us.index(share_us)
        steps_us[crowd:stop] = [share_us] * (stop - crowd)
        stop, deadline_us, spare_us = crowd, spoken_us[crowd], 0
    return steps_us
