"""Cues of ordinary speech keep every rule, and no other way to cut the words is cheaper."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from hypothesis import assume, given

from domain.subtitles.breaking import cheapest_cuts
from domain.subtitles.cue_costs import CuePricing
from domain.subtitles.cues import CueRules, rule_report
from domain.subtitles.pieces import pieces_of
from tests.unit.domain.subtitles.speeches import (
    Speech,
    languages,
    ordinary_speeches,
    speeches,
    unhurried,
)


@unhurried
@given(ordinary_speeches())
def test_ordinary_speech_keeps_every_rule_and_starts_every_cue_on_time(speech: Speech) -> None:
    cues = speech.cues("en")

    assert rule_report(cues, speech.frame_us).every_rule == 1.0
    starts_us = {math.ceil(word.start_us / 1000) * 1000 for word in speech.words}
    assert all(cue.start_us in starts_us for cue in cues)


@unhurried
@given(speeches(), languages)
def test_no_other_way_to_cut_the_words_is_cheaper(speech: Speech, language: str | None) -> None:
    rules = CueRules().for_language(language)
    pieces = pieces_of(speech.words, speech.media_us, rules, language)[:9]
    assume(pieces)
    pricing = CuePricing(pieces, speech.media_us, speech.gap_us, rules)

    def total(cuts: Sequence[int]) -> float:
        prices = [pricing.price(first, stop) for first, stop in itertools.pairwise(cuts)]
        return math.inf if None in prices else sum(price for price in prices if price is not None)

    inner = range(1, len(pieces))
    every_way = [
        [0, *chosen, len(pieces)]
        for size in range(len(pieces))
        for chosen in itertools.combinations(inner, size)
    ]
    assert math.isclose(total(cheapest_cuts(pricing)), min(map(total, every_way)))
