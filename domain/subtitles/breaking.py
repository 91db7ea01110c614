"""How spoken words become subtitles that keep the timed-text rules."""

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
    """Cues for words in order of time, in whole milliseconds; `frame_us` is how long one frame stands.

    Where rules are at odds, the one that stands first here wins:

     1. every word is there, once, in order;
     2. cues do not overlap and do not end after the media;
     3. a cue has at most 2 lines of 42 characters (or the language's own number);
     4. a cue lasts at most 7 s, and none goes on over a pause of more than a second;
     5. a cue does not start before its first word (but words at the very end of the media, where not even
        40 ms are left for each cue, start early enough to be seen; words past the end count as before it);
     6. a cue lasts at least 5/6 s;
     7. at least 2 frames lie between cues;
     8. a cue starts with its first word: later only where the cue before needs the time for 6 and 7;
     9. gaps under half a second are closed to those 2 frames;
    10. a cue stands long enough to be read at 20 characters a second, if need be into the silence after it;
    11. breaks come at good places, and two lines are of like length.

    Rules 3 and 4 bound the choice; among all ways to cut the words into cues, the one with the lowest sum of
    prices is taken, and `domain/subtitles/cue_costs.py` says what counts. Raises ValueError when the media is
    too short for rules 1 to 3 together (less than 1 ms for each cue).
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
    """The places, from 0 to the number of pieces, between which the cues lie at the lowest price in all.

    The price of a cue depends on nothing but its own first and last piece, so that the cheapest way to a
    place goes through a cheapest way to an earlier one; a cue holds few pieces, so the work is linear.
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
