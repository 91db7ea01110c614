"""Speech spans by voice probability, and their packing into regions without losses or duplicates."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.speech.regions import (
    PROBABILITY_STEP_US,
    Region,
    VoiceRule,
    group_regions,
    language_windows,
    pack_regions,
    speech_spans,
)
from domain.speech.words import SpeechSpan

BARE = VoiceRule(padding_us=0)


def voice(*parts: tuple[float, float]) -> list[float]:
    """Probabilities for parts of (seconds, probability)."""
    return [probability for seconds, probability in parts for _ in range(round(seconds / 0.032))]


def spans(*parts: tuple[int, int]) -> list[SpeechSpan]:
    return [SpeechSpan(start * 1_000_000, end * 1_000_000) for start, end in parts]


def test_silence_holds_no_speech() -> None:
    assert speech_spans(voice((10, 0.1)), 10_000_000) == ()


def test_an_empty_file_holds_no_speech() -> None:
    assert speech_spans([], 0) == ()


def test_speech_lasts_from_the_first_likely_step_to_the_first_quiet_one() -> None:
    found = speech_spans(voice((0.96, 0.1), (1.92, 0.9), (1.92, 0.1)), 4_800_000, BARE)
    assert found == (SpeechSpan(960_000, 2_880_000),)


def test_a_short_pause_does_not_end_speech() -> None:
    found = speech_spans(voice((0.96, 0.9), (0.192, 0.1), (0.96, 0.9)), 2_112_000, BARE)
    assert found == (SpeechSpan(0, 2_112_000),)


def test_a_probability_between_the_thresholds_keeps_speech_going_but_does_not_begin_it() -> None:
    found = speech_spans(voice((0.96, 0.4), (0.96, 0.9), (0.96, 0.4), (0.96, 0.1)), 3_840_000, BARE)
    assert found == (SpeechSpan(960_000, 2_880_000),)


def test_speech_is_padded_inside_the_file() -> None:
    found = speech_spans(voice((0.096, 0.1), (0.96, 0.9), (0.96, 0.1)), 2_016_000)
    assert found == (SpeechSpan(0, 1_376_000),)


def test_two_spans_share_a_pause_that_is_too_short_for_their_padding() -> None:
    first, second = speech_spans(voice((0.96, 0.9), (0.384, 0.1), (0.96, 0.9)), 2_304_000)
    assert first.end_us == second.start_us == 1_152_000


@given(st.lists(st.floats(0, 1), max_size=400), st.integers(0, 400))
def test_spans_are_in_order_without_overlaps_and_inside_the_file(
    probabilities: list[float], rest: int
) -> None:
    duration_us = max(0, len(probabilities) * PROBABILITY_STEP_US - rest * 50)
    found = speech_spans(probabilities, duration_us)
    assert all(span.end_us <= duration_us for span in found)
    assert all(before.end_us <= after.start_us for before, after in pairwise(found))


def test_a_file_too_short_for_a_word_holds_no_speech() -> None:
    assert speech_spans([0.9, 0.9], 64_000) == ()


@given(st.lists(st.floats(0, 1), min_size=4, max_size=400))
def test_every_likely_step_lies_in_a_span(probabilities: list[float]) -> None:
    found = speech_spans(probabilities, len(probabilities) * PROBABILITY_STEP_US)
    for step, probability in enumerate(probabilities):
        if probability >= 0.5:
            at_us = step * PROBABILITY_STEP_US
            assert any(span.start_us <= at_us < span.end_us for span in found)


def test_short_spans_share_a_region() -> None:
    assert pack_regions(spans((1, 4), (6, 9)), voice((10, 0.9)), 28_000_000) == (
        Region(tuple(spans((1, 4), (6, 9)))),
    )


def test_a_region_ends_at_the_longest_pause_of_its_last_quarter() -> None:
    packed = pack_regions(spans((0, 7), (8, 10), (15, 16), (17, 20)), voice((21, 0.9)), 10_000_000)
    assert [len(region.pieces) for region in packed] == [2, 2]


def test_speech_without_a_pause_is_cut_at_the_lowest_voice_probability() -> None:
    probabilities = voice((7.04, 0.9), (0.32, 0.55), (7.04, 0.9))
    first, second = pack_regions([SpeechSpan(0, 14_400_000)], probabilities, 10_000_000)
    assert 7_040_000 <= first.pieces[0].end_us <= 7_360_000
    assert first.pieces[0].end_us == second.pieces[0].start_us


def test_a_region_with_its_pauses_spans_at_most_a_minute() -> None:
    packed = pack_regions(spans((0, 2), (50, 52), (59, 61), (90, 92)), voice((92, 0.9)), 28_000_000)
    assert [(region.start_us, region.end_us) for region in packed] == [
        (0, 52_000_000),
        (59_000_000, 92_000_000),
    ]


def test_neighbouring_regions_within_a_minute_share_a_batch() -> None:
    first, second, third, fourth = (
        Region(tuple(spans(span))) for span in ((0, 20), (21, 40), (41, 60), (61, 70))
    )
    assert group_regions([first, second, third, fourth], 4) == [(first, second, third), (fourth,)]
    assert group_regions([first, second, third, fourth], 2) == [(first, second), (third, fourth)]
    assert group_regions([], 4) == []


def test_a_limit_too_short_for_a_speech_model_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        pack_regions(spans((0, 9)), voice((9, 0.9)), 1_000_000)


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 90_000)), max_size=12),
    st.lists(st.floats(0, 1), max_size=200),
    st.integers(2_000, 30_000),
)
def test_packing_keeps_every_sound_once_and_no_region_is_too_long(
    gaps_and_lengths_ms: list[tuple[int, int]], probabilities: list[float], longest_ms: int
) -> None:
    given_spans, at_ms = [], 0
    for gap_ms, length_ms in gaps_and_lengths_ms:
        given_spans.append(SpeechSpan((at_ms + gap_ms) * 1000, (at_ms + gap_ms + length_ms) * 1000))
        at_ms += gap_ms + length_ms
    packed = pack_regions(given_spans, probabilities, longest_ms * 1000)
    assert all(region.duration_us <= longest_ms * 1000 for region in packed)
    grouped = group_regions(packed, 4)
    assert [region for group in grouped for region in group] == list(packed)
    assert all(group[-1].end_us - group[0].start_us <= 60_000_000 for group in grouped)
    pieces = [piece for region in packed for piece in region.pieces]
    assert sum(piece.duration_us for piece in pieces) == sum(span.duration_us for span in given_spans)
    assert all(before.end_us <= after.start_us for before, after in pairwise(pieces))
    assert all(
        any(span.start_us <= piece.start_us and piece.end_us <= span.end_us for span in given_spans)
        for piece in pieces
    )


def test_a_sound_is_placed_in_the_piece_that_holds_its_middle() -> None:
    region = Region(tuple(spans((10, 12), (20, 23))))
    assert region.place(500_000, 900_000) == (10_500_000, 10_900_000)
    assert region.place(2_100_000, 2_500_000) == (20_100_000, 20_500_000)


def test_a_sound_over_a_seam_is_cut_to_its_piece() -> None:
    region = Region(tuple(spans((10, 12), (20, 23))))
    assert region.place(1_500_000, 2_300_000) == (11_500_000, 12_000_000)


def test_a_sound_after_the_end_lies_at_the_end() -> None:
    assert Region(tuple(spans((10, 12)))).place(5_000_000, 6_000_000) == (12_000_000, 12_000_000)


@given(st.integers(0, 9_000_000), st.integers(0, 3_000_000))
def test_a_placed_sound_lies_inside_one_piece(start_us: int, length_us: int) -> None:
    region = Region(tuple(spans((1, 3), (5, 6), (9, 13))))
    start, end = region.place(start_us, start_us + length_us)
    assert any(piece.start_us <= start <= end <= piece.end_us for piece in region.pieces)


def test_pieces_out_of_order_make_no_region() -> None:
    with pytest.raises(ValueError, match="in order"):
        Region(tuple(spans((5, 6), (1, 3))))


def test_no_speech_gives_no_language_windows() -> None:
    assert language_windows([], 28_000_000) == ()


def test_a_little_speech_is_one_window() -> None:
    assert language_windows(spans((3, 8)), 28_000_000) == (Region(tuple(spans((3, 8)))),)


def test_language_windows_spread_over_all_of_a_long_speech() -> None:
    windows = language_windows(spans((0, 3600)), 28_000_000)
    middles_s = [(w.pieces[0].start_us + w.pieces[-1].end_us) / 2_000_000 for w in windows]
    assert middles_s == [225, 675, 1125, 1575, 2025, 2475, 2925, 3375]
    assert {window.duration_us for window in windows} == {28_000_000}


@given(
    st.lists(st.tuples(st.integers(0, 600_000), st.integers(1, 600_000)), max_size=20),
    st.integers(1, 30),
)
def test_language_windows_hold_only_speech_and_never_the_same_twice(
    gaps_and_lengths_ms: list[tuple[int, int]], longest_s: int
) -> None:
    given_spans, at_ms = [], 0
    for gap_ms, length_ms in gaps_and_lengths_ms:
        given_spans.append(SpeechSpan((at_ms + gap_ms) * 1000, (at_ms + gap_ms + length_ms) * 1000))
        at_ms += gap_ms + length_ms
    windows = language_windows(given_spans, longest_s * 1_000_000)
    assert len(windows) <= 8
    assert all(window.duration_us <= longest_s * 1_000_000 for window in windows)
    pieces = [piece for window in windows for piece in window.pieces]
    assert all(before.end_us <= after.start_us for before, after in pairwise(pieces))
    assert all(
        any(span.start_us <= piece.start_us and piece.end_us <= span.end_us for span in given_spans)
        for piece in pieces
    )
