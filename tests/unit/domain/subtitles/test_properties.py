"""Timed-text rules for any words, each checked from the words and cues alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import event, given

from domain.speech.words import Word
from domain.subtitles.cues import Cue
from tests.unit.domain.subtitles.speeches import (
    LONGEST_US,
    SECOND_US,
    SHORTEST_US,
    Speech,
    languages,
    numbered_speeches,
    speeches,
    unhurried,
)


def first_words(cues: Sequence[Cue], words: Sequence[Word]) -> list[Word]:
    return [words[int(cue.lines[0].split("x")[0])] for cue in cues]


def speech_starts_us(speech: Speech, cues: Sequence[Cue]) -> list[int]:
    """Start of each cue's first word; a word past the media's end counts as just before it."""
    latest_us = 0
    known_us: list[int] = []
    for word in speech.words:
        inside = word.start_us < speech.media_us
        latest_us = max(latest_us, word.start_us if inside else speech.media_us - 833_334)
        known_us.append(latest_us)
    return [known_us[int(cue.lines[0].split("x")[0])] for cue in cues]


def crowded(speech: Speech, cues: Sequence[Cue]) -> list[bool]:
    """For each cue, True if it is in a run that starts too near to the end for 5/6 s and a gap each."""
    step_us = SHORTEST_US + speech.gap_us
    crowd = False
    verdicts: list[bool] = []
    for index, start_us in enumerate(speech_starts_us(speech, cues)):
        needed_us = (len(cues) - index) * step_us - speech.gap_us
        crowd = crowd or speech.media_us - 2_000 - start_us < needed_us
        verdicts.append(crowd)
    return verdicts


def letters(texts_in_order: Sequence[str]) -> str:
    return "".join("".join(texts_in_order).split())


@unhurried
@given(speeches(), languages)
def test_every_word_is_in_the_cues_once_and_in_order(speech: Speech, language: str | None) -> None:
    cues = speech.cues(language)

    assert letters([line for cue in cues for line in cue.lines]) == letters([w.text for w in speech.words])


@unhurried
@given(numbered_speeches())
def test_words_stay_whole_and_apart(speech: Speech) -> None:
    cues = speech.cues("en")

    shown = " ".join(line for cue in cues for line in cue.lines).split(" ")
    assert shown == [word.text for word in speech.words] or not speech.words


@unhurried
@given(speeches(), languages)
def test_cues_never_overlap_and_never_end_after_the_media(speech: Speech, language: str | None) -> None:
    cues = speech.cues(language)

    assert all(before.end_us <= after.start_us for before, after in itertools.pairwise(cues))
    assert all(0 <= cue.start_us < cue.end_us <= speech.media_us for cue in cues)


@unhurried
@given(speeches(), languages)
def test_a_cue_has_at_most_two_lines_that_fit(speech: Speech, language: str | None) -> None:
    limit = {"ja": 13, "zh": 16}.get(language or "", 42)

    for cue in speech.cues(language):
        assert len(cue.lines) <= 2
        assert max(map(len, cue.lines)) <= limit


@unhurried
@given(speeches(), languages)
def test_no_cue_lasts_over_seven_seconds(speech: Speech, language: str | None) -> None:
    assert all(cue.duration_us <= LONGEST_US for cue in speech.cues(language))


@unhurried
@given(numbered_speeches())
def test_a_pause_of_more_than_a_second_parts_two_cues(speech: Speech) -> None:
    heads = {word.text for word in first_words(speech.cues(), speech.words)}

    silent_from_us = 0
    for before, after in itertools.pairwise(speech.words):
        silent_from_us = max(silent_from_us, before.end_us)
        if after.start_us - silent_from_us > SECOND_US and after.start_us < speech.media_us:
            event("a long pause")
            assert after.text in heads


@unhurried
@given(numbered_speeches())
def test_a_cue_starts_before_its_first_word_only_to_be_seen_at_the_very_end(speech: Speech) -> None:
    cues = speech.cues()

    for index, (cue, spoken_us) in enumerate(zip(cues, speech_starts_us(speech, cues), strict=True)):
        if cue.start_us < spoken_us:
            event("moved forward from the media's end")
            assert cue.start_us >= min(spoken_us, speech.media_us - 1_000 - (len(cues) - index) * 40_000)
            assert spoken_us > speech.media_us - 1_000 - (len(cues) - index) * 40_000


@unhurried
@given(numbered_speeches())
def test_a_cue_lasts_five_sixths_of_a_second_unless_the_media_ends_too_soon(speech: Speech) -> None:
    cues = speech.cues()

    for cue, excused in zip(cues, crowded(speech, cues), strict=True):
        event(f"crowded at the end: {excused}")
        assert cue.duration_us >= SHORTEST_US or excused


@unhurried
@given(numbered_speeches())
def test_two_frames_lie_between_cues_unless_the_media_ends_too_soon(speech: Speech) -> None:
    cues = speech.cues()

    for (before, after), excused in zip(itertools.pairwise(cues), crowded(speech, cues), strict=False):
        gap_us = after.start_us - before.end_us
        assert gap_us >= speech.gap_us or (excused and before.duration_us <= SHORTEST_US)


@unhurried
@given(numbered_speeches())
def test_a_cue_starts_late_only_when_the_one_before_needs_the_time(speech: Speech) -> None:
    cues = speech.cues()

    spoken_us = speech_starts_us(speech, cues)
    for index, cue in enumerate(cues):
        if cue.start_us >= spoken_us[index] + 1_000:
            event("late")
            before = cues[index - 1]
            assert index > 0
            assert before.duration_us <= SHORTEST_US
            assert cue.start_us - before.end_us <= speech.gap_us


@unhurried
@given(speeches(), languages)
def test_a_gap_under_half_a_second_is_closed_unless_that_took_over_seven_seconds(
    speech: Speech, language: str | None
) -> None:
    for before, after in itertools.pairwise(speech.cues(language)):
        gap_us = after.start_us - before.end_us
        if speech.gap_us < gap_us < 500_000:
            event("open gap")
            assert before.duration_us == LONGEST_US


@unhurried
@given(speeches(), languages)
def test_a_cue_is_shown_until_it_can_be_read_unless_another_rule_ends_it(
    speech: Speech, language: str | None
) -> None:
    cues = speech.cues(language)

    for index, cue in enumerate(cues):
        characters = sum(len(line) for line in cue.lines)
        if characters * SECOND_US > 20 * cue.duration_us:
            at_next_cue = index + 1 < len(cues) and cues[index + 1].start_us - cue.end_us <= speech.gap_us
            at_media_end = cue.end_us == speech.media_us // 1000 * 1000
            assert at_next_cue or at_media_end or cue.duration_us == LONGEST_US


@unhurried
@given(speeches(), languages)
def test_times_are_whole_milliseconds_so_that_files_keep_the_rules(
    speech: Speech, language: str | None
) -> None:
    assert all(cue.start_us % 1000 == cue.end_us % 1000 == 0 for cue in speech.cues(language))
