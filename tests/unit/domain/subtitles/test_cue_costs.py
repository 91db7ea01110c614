"""Costs of a cue and of its line break."""

from __future__ import annotations

from fractions import Fraction

import pytest

from domain.speech.words import Word
from domain.subtitles.cue_costs import CuePricing
from domain.subtitles.cues import CueRules
from domain.subtitles.pieces import pieces_of

GAP_US = CueRules().gap_us(Fraction(1_000_000, 25))


def priced(*words: tuple[str, float, float]) -> CuePricing:
    """Prices of words with their start and end in seconds, in a media of 100 s."""
    spoken = [Word(text, int(start_s * 1e6), int(end_s * 1e6)) for text, start_s, end_s in words]
    pieces = pieces_of(spoken, 100_000_000, CueRules(), "en")
    return CuePricing(pieces, 100_000_000, GAP_US, CueRules())


def price(pricing: CuePricing, first: int, stop: int) -> float:
    found = pricing.price(first, stop)
    assert found is not None
    return found


FORTY = "x" * 40


@pytest.mark.parametrize(
    ("fault", "worse", "better"),
    [
        ("too short", [("Hi.", 0, 0.3), ("So.", 0.7, 1)], [("Hi.", 0, 0.3), ("So.", 1, 1.3)]),
        ("shorter", [("Hi.", 0, 0.3), ("So.", 0.4, 1)], [("Hi.", 0, 0.3), ("So.", 0.7, 1)]),
        (
            "unreadable",
            [(f"{FORTY}.", 0, 1), ("So.", 2, 2.5)],
            [(f"{FORTY}.", 0, 1), ("So.", 2.5, 3)],
        ),
        ("less readable", [(f"{FORTY}.", 0, 1), ("So.", 1.2, 2)], [(f"{FORTY}.", 0, 1), ("So.", 1.7, 2)]),
        ("cut off", [("Ah.", 0, 7.5), ("So.", 9, 9.5)], [("Ah.", 0, 6.5), ("So.", 9, 9.5)]),
        ("cut off more", [("Ah.", 0, 8.5), ("So.", 9, 9.5)], [("Ah.", 0, 7.5), ("So.", 9, 9.5)]),
        ("gap can't close", [("Ah.", 0, 7), ("So.", 7.3, 8)], [("Ah.", 0, 7), ("So.", 7.5, 8)]),
        ("at no pause", [("red", 0, 1), ("hat", 1, 2)], [("red", 0, 1), ("hat", 1.5, 2)]),
    ],
)
def test_a_cue_costs_more_when_it_is(
    fault: str, worse: list[tuple[str, float, float]], better: list[tuple[str, float, float]]
) -> None:
    assert price(priced(*worse), 0, 1) > price(priced(*better), 0, 1), fault


def test_a_noticeable_pause_inside_raises_the_cost_of_a_cue() -> None:
    with_pause = priced(("red", 0, 1), ("hat", 1.9, 2.9), ("So.", 2.9, 4))
    without = priced(("red", 0, 1.7), ("hat", 1.9, 2.9), ("So.", 2.9, 4))

    assert price(with_pause, 0, 2) > price(without, 0, 2)


def test_a_cue_that_ends_inside_the_next_sentence_costs_more() -> None:
    straddling = priced(("Stop.", 0, 1), ("red", 1, 2), ("hat", 2, 3))
    one_sentence = priced(("Stops", 0, 1), ("red", 1, 2), ("hat", 2, 3))

    assert price(straddling, 0, 2) > price(one_sentence, 0, 2)


def test_a_run_that_does_not_fit_or_holds_a_long_pause_has_no_price() -> None:
    assert priced(*[(FORTY, n, n + 1) for n in range(3)]).price(0, 3) is None
    assert priced(("red", 0, 1), ("hat", 2.1, 3), ("on", 3, 3.5)).price(0, 3) is None
    assert priced(("red", 0, 6.5), ("hat", 7, 8)).price(0, 2) is None


def test_lines_of_a_run_that_does_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        priced(*[(FORTY, n, n + 1) for n in range(3)]).lines(0, 3)


def test_two_lines_of_equal_length_or_a_longer_lower_one_are_preferred() -> None:
    words = [("w" * 9, n, n + 1) for n in range(5)]

    assert priced(*words).lines(0, 5) == ("wwwwwwwww wwwwwwwww", "wwwwwwwww wwwwwwwww wwwwwwwww")
