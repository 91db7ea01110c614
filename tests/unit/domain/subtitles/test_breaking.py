"""Breaking and timing of known sentences."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from domain.speech.words import Word
from domain.subtitles.breaking import break_into_cues
from domain.subtitles.cues import Cue, CueRules

FRAME_US = Fraction(1_000_000, 25)


def words_of(text: str, characters_per_second: int = 15) -> list[Word]:
    """Words said at an even pace, with 0.3 s after a sentence."""
    words: list[Word] = []
    time_us = 0
    for token in text.split():
        end_us = time_us + (len(token) + 1) * 1_000_000 // characters_per_second
        words.append(Word(token, time_us, end_us))
        time_us = end_us + (300_000 if token[-1] in ".?!" else 0)
    return words


def words_at(text: str, start_us: int, end_us: int) -> list[Word]:
    """The words of a sentence in equal parts of its time."""
    tokens = text.split()
    times_us = [start_us + (end_us - start_us) * index // len(tokens) for index in range(len(tokens) + 1)]
    return [Word(token, *span) for token, span in zip(tokens, pairwise(times_us), strict=True)]


def lines_of(text: str, language: str, characters_per_second: int = 15) -> list[tuple[str, ...]]:
    words = words_of(text, characters_per_second)
    cues = break_into_cues(words, words[-1].end_us + 2_000_000, FRAME_US, language=language)
    return [cue.lines for cue in cues]


def test_an_english_text_breaks_at_its_sentences_clauses_and_conjunctions() -> None:
    text = (
        "Good morning, everyone. Today we will talk about the history of the small harbour town that my "
        "grandmother left when she was only seventeen years old. Mr. Brown, who lived next door to the "
        "church at the end of the street, said that it was the right decision "
        "but that it had broken her heart."
    )

    assert lines_of(text, "en") == [
        ("Good morning, everyone.",),
        ("Today we will talk about the history", "of the small harbour town"),
        ("that my grandmother left", "when she was only seventeen years old."),
        ("Mr. Brown, who lived next door", "to the church at the end of the street,"),
        ("said that it was the right decision", "but that it had broken her heart."),
    ]


def test_a_french_text_keeps_its_question_mark_on_the_line() -> None:
    text = (
        "Bonjour à tous et bienvenue dans cette nouvelle émission. Aujourd'hui, nous allons parler de la vie "
        "des animaux dans les forêts du nord, parce que vous êtes nombreux à nous avoir posé des questions. "
        "Est-ce que le loup est vraiment dangereux pour l'homme ? "
        "Non, mais il faut garder ses distances et ne "
        "jamais le nourrir."
    )

    assert lines_of(text, "fr", characters_per_second=17) == [
        ("Bonjour à tous et bienvenue", "dans cette nouvelle émission."),
        ("Aujourd'hui, nous allons parler de la vie", "des animaux dans les forêts du nord,"),
        ("parce que vous êtes nombreux", "à nous avoir posé des questions."),
        ("Est-ce que le loup est vraiment", "dangereux pour l'homme ?"),
        ("Non, mais il faut garder ses distances", "et ne jamais le nourrir."),
    ]


def test_japanese_sentences_in_one_word_break_at_their_punctuation() -> None:
    word = Word(
        "午後から雨が降るので、傘を忘れないでください。それでは、また明日お会いしましょう。", 0, 8_000_000
    )

    cues = break_into_cues([word], 10_000_000, FRAME_US, language="ja")

    assert [cue.lines for cue in cues] == [
        ("午後から雨が降るので、", "傘を忘れないでください。"),
        ("それでは、また明日", "お会いしましょう。"),
    ]


def test_silence_has_no_cues() -> None:
    assert break_into_cues([], 10_000_000, FRAME_US) == []
    assert break_into_cues([], 0, FRAME_US) == []


def test_a_short_word_is_shown_for_five_sixths_of_a_second() -> None:
    cues = break_into_cues([Word("Yes.", 1_000_000, 1_200_000)], 10_000_000, FRAME_US)

    assert cues == [Cue(1_000_000, 1_834_000, ("Yes.",))]


def test_a_cue_ends_with_a_media_that_is_too_short() -> None:
    cues = break_into_cues([Word("Yes.", 100_000, 250_000)], 300_000, FRAME_US)

    assert cues == [Cue(100_000, 300_000, ("Yes.",))]


def test_a_word_past_the_end_is_shown_just_before_it() -> None:
    cues = break_into_cues([Word("Late.", 12_000_000, 12_500_000)], 10_000_000, FRAME_US)

    assert cues == [Cue(9_167_000, 10_000_000, ("Late.",))]


def test_a_long_word_is_shown_for_seven_seconds() -> None:
    cues = break_into_cues([Word("Goal!", 1_000_000, 21_000_000)], 30_000_000, FRAME_US)

    assert cues == [Cue(1_000_000, 8_000_000, ("Goal!",))]


def test_a_gap_under_half_a_second_is_closed_to_two_frames() -> None:
    first = words_at("The old cat sleeps on the sofa all day long.", 0, 2_600_000)
    second = words_at("The young dog barks at everyone who passes by.", 3_000_000, 5_500_000)

    cues = break_into_cues([*first, *second], 10_000_000, FRAME_US, language="en")

    assert [(cue.start_us, cue.end_us) for cue in cues] == [(0, 2_920_000), (3_000_000, 5_500_000)]


def test_a_longer_gap_stays_open() -> None:
    words = [Word("Hello there.", 0, 1_000_000), Word("Goodbye.", 2_200_000, 3_200_000)]

    cues = break_into_cues(words, 10_000_000, FRAME_US)

    assert [(cue.start_us, cue.end_us) for cue in cues] == [(0, 1_000_000), (2_200_000, 3_200_000)]


def test_a_fast_spoken_cue_is_extended_into_the_silence_after_it_until_it_can_be_read() -> None:
    words = words_of("Everybody out of the building right now please!", characters_per_second=40)

    cues = break_into_cues(words, 20_000_000, FRAME_US, language="en")

    assert cues == [Cue(0, 2_300_000, ("Everybody out", "of the building right now please!"))]


def test_words_with_one_time_are_shown_one_cue_after_another() -> None:
    words = [Word("x" * 40, 1_000_000, 1_000_000) for _ in range(5)]

    cues = break_into_cues(words, 60_000_000, FRAME_US)

    assert [cue.start_us for cue in cues] == [1_000_000, 1_914_000, 2_828_000]
    assert [cue.duration_us for cue in cues[:2]] == [834_000, 834_000]


def test_cues_that_crowd_before_the_end_share_what_is_left() -> None:
    words = [Word("x" * 40, 9_700_000, 9_700_000) for _ in range(6)]

    cues = break_into_cues(words, 10_000_000, FRAME_US)

    assert [(cue.start_us, cue.end_us) for cue in cues] == [
        (9_700_000, 9_800_000),
        (9_800_000, 9_900_000),
        (9_900_000, 10_000_000),
    ]


def test_a_crowd_at_the_end_does_not_hurry_the_cues_long_before_it() -> None:
    words = [Word("x" * 40, 1_000_000, 1_000_000) for _ in range(4)]
    words += [Word("y" * 40, 9_900_000, 9_900_000) for _ in range(4)]

    cues = break_into_cues(words, 10_000_000, FRAME_US)

    assert [cue.duration_us for cue in cues] == [834_000, 4_000_000, 50_000, 50_000]


def test_a_long_address_goes_over_several_lines_without_losing_a_letter() -> None:
    address = "https://example.org/" + "abcdefghij" * 9

    cues = break_into_cues([Word(address, 0, 6_000_000)], 10_000_000, FRAME_US)

    assert "".join(line for cue in cues for line in cue.lines) == address
    assert sum(len(cue.lines) for cue in cues) == 3


def test_an_accent_stays_with_its_letter_where_a_word_is_cut() -> None:
    word = "e\u0301" * 40

    cues = break_into_cues([Word(word, 0, 3_000_000)], 10_000_000, FRAME_US)

    assert all(line.startswith("e") for cue in cues for line in cue.lines)


def test_other_limits_can_be_set() -> None:
    rules = CueRules(line_characters=10, lines=1)

    cues = break_into_cues(words_of("one two three four five six"), 10_000_000, FRAME_US, rules)

    assert [cue.lines for cue in cues] == [("one two",), ("three four",), ("five six",)]


def test_more_cues_than_the_media_has_milliseconds_are_refused() -> None:
    words = [Word("x" * 84, 0, 0) for _ in range(12)]

    with pytest.raises(ValueError, match="12 cues can't be shown"):
        break_into_cues(words, 10_000, FRAME_US)
