"""Checks of cues and rules, and the report on a list of cues."""

from __future__ import annotations

from fractions import Fraction

import pytest

from domain.subtitles.cues import Cue, CueRules, RuleReport, rule_report

FRAME_US = Fraction(1_000_000, 25)


@pytest.mark.parametrize(
    ("start_us", "end_us", "lines"),
    [
        (-1, 5, ("hello",)),
        (5, 5, ("hello",)),
        (6, 5, ("hello",)),
        (0, 5, ()),
        (0, 5, ("",)),
        (0, 5, (" ",)),
        (0, 5, ("hello", "")),
        (0, 5, ("one\ntwo",)),
        (0, 5, ("one\u2028two",)),
    ],
)
def test_a_cue_without_time_or_text_can_not_be_built(
    start_us: int, end_us: int, lines: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="a cue"):
        Cue(start_us, end_us, lines)


@pytest.mark.parametrize(
    "wrong",
    [
        {"line_characters": 0},
        {"lines": 0},
        {"lines": 3},
        {"min_duration_us": 0},
        {"max_duration_us": 500_000},
        {"gap_frames": -1},
        {"characters_per_second": 0},
        {"line_characters_by_language": (("ja", 0),)},
    ],
)
def test_rules_that_no_cue_can_keep_can_not_be_built(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        CueRules(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("frame_rate", "gap_us"),
    [
        (Fraction(25), 80_000),
        (Fraction(24), 84_000),
        (Fraction(24_000, 1001), 84_000),
        (Fraction(60), 34_000),
        (Fraction(4), 500_000),
        (Fraction(1), 500_000),
    ],
)
def test_the_least_gap_is_two_frames_rounded_up_to_milliseconds_and_at_most_half_a_second(
    frame_rate: Fraction, gap_us: int
) -> None:
    assert CueRules().gap_us(1_000_000 / frame_rate) == gap_us


def test_japanese_and_chinese_lines_are_shorter() -> None:
    rules = CueRules()

    assert rules.for_language("ja").line_characters == 13
    assert rules.for_language("zh").line_characters == 16
    assert rules.for_language("fr").line_characters == 42
    assert rules.for_language(None).line_characters == 42


def test_cues_that_keep_every_rule_are_reported_so() -> None:
    cues = [
        Cue(0, 2_000_000, ("The cat sleeps", "and the dog barks.")),
        Cue(2_080_000, 3_000_000, ("A horse runs.",)),
        Cue(3_500_000, 4_500_000, ("It is gone.",)),
    ]

    assert rule_report(cues, FRAME_US) == RuleReport(3, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


def test_no_cues_break_no_rule() -> None:
    assert rule_report([], FRAME_US) == RuleReport(0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("faulty", "broken"),
    [
        (Cue(0, 7_000_000, ("x" * 43,)), {"line_length"}),
        (Cue(0, 7_000_000, ("a", "b", "c")), {"line_count"}),
        (Cue(0, 833_333, ("short",)), {"min_duration"}),
        (Cue(0, 7_000_001, ("long",)), {"max_duration"}),
        (Cue(0, 9_930_000, ("touching",)), {"max_duration", "gap"}),
        (Cue(2_999_000, 9_701_000, ("open",)), {"closed_gap"}),
        (Cue(0, 1_000_000, ("a text of more than 20 characters",)), {"reading_speed"}),
    ],
)
def test_a_broken_rule_shows_in_its_own_share_and_in_the_share_of_every_rule(
    faulty: Cue, broken: set[str]
) -> None:
    report = rule_report([faulty, Cue(10_000_000, 11_000_000, ("fine",))], FRAME_US)

    rules = (
        "line_length",
        "line_count",
        "min_duration",
        "max_duration",
        "gap",
        "closed_gap",
        "reading_speed",
    )
    assert {rule for rule in rules if getattr(report, rule) == 0.5} == broken
    assert all(getattr(report, rule) == 1.0 for rule in rules if rule not in broken)
    assert report.every_rule == 0.5
