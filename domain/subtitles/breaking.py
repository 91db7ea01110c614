"""Breaking of a transcript into cues that keep the timed-text rules."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from domain.speech.words import Word
from domain.subtitles.cue_costs import CuePricing
from domain.subtitles.cues import STANDARD_RULES, Cue, CueRules
from domain.subtitles.pieces import pieces_of
from domain.subtitles.timing import Utterance, time_cues


def break_into_cues(
    words: Sequence[Word],
    media_duration_us: int,
    frame_us: Fraction,
    rules: CueRules = STANDARD_RULES,
    language: str | None = None,
) -> list[Cue]:
    """Cues for words in order of time, in whole milliseconds; `frame_us` is the duration of a frame.

    Where rules conflict, the one with the lower number wins:

     1. every word is there, once, in order;
     2. cues do not overlap and do not end after the media;
     3. a cue has at most 2 lines of 42 characters (or the language's own number);
     4. a cue lasts at most 7 s, and none continues over a pause of more than a second;
     5. a cue does not start before its first word (but words at the very end of the media, where not even
        40 ms are left for each cue, start early enough to be seen; words past the end count as before it);
     6. a cue lasts at least 5/6 s;
     7. at least 2 frames lie between cues;
     8. a cue starts with its first word: later only where the cue before needs the time for 6 and 7;
     9. gaps under half a second are closed to those 2 frames;
    10. a cue is shown long enough to be read at 20 characters a second, if need be into the silence after it;
    11. breaks are at good places, and two lines have similar lengths.

    Rules 3 and 4 limit the choice. Among all ways to cut the words into cues, the one with the lowest sum of
    prices (`domain/subtitles/cue_costs.py`) is used. Raises ValueError when the media is too short for
    rules 1 to 3 together (less than 1 ms for each cue).
    """
    rules = rules.for_language(language)
    gap_us = rules.gap_us(frame_us)
    pieces = pieces_of(words, media_duration_us, rules, language)
    if not pieces:
        return []
    pricing = CuePricing(pieces, media_duration_us, gap_us, rules)
    runs = list(pairwise(cheapest_cuts(pricing)))
    texts = [pricing.lines(first, stop) for first, stop in runs]
    utterances = [
        Utterance(pieces[first].start_us, pieces[stop - 1].end_us, sum(map(len, lines)))
        for (first, stop), lines in zip(runs, texts, strict=True)
    ]
    spans = time_cues(utterances, media_duration_us, gap_us, rules)
    return [Cue(start_us, end_us, lines) for (start_us, end_us), lines in zip(spans, texts, strict=True)]


def cheapest_cuts(pricing: CuePricing) -> list[int]:
    """Cuts between cues with the lowest total price, from 0 to the number of pieces.

    The price of a cue depends only on its own first and last piece. So the cheapest cuts up to a place
    extend the cheapest cuts up to an earlier one (dynamic programming). A cue has few pieces, so the time
    is linear.
    """
    cheapest = [0.0] + [float("inf")] * pricing.count
    came_from = [0] * (pricing.count + 1)
    for first in range(pricing.count):
        for stop in range(first + 1, pricing.count + 1):
            price = pricing.price(first, stop)
            if price is None:
                break
            if cheapest[first] + price < cheapest[stop]:
                cheapest[stop] = cheapest[first] + price
                came_from[stop] = first
    cuts = [pricing.count]
    while cuts[-1] > 0:
        cuts.append(came_from[cuts[-1]])
    return cuts[::-1]
