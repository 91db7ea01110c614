"""Cutting of words into pieces of cues."""

from __future__ import annotations

from domain.speech.words import Word
from domain.subtitles.cues import CueRules
from domain.subtitles.pieces import Piece, pieces_of

RULES = CueRules(line_characters=10)


def test_overlapping_words_are_shortened_and_words_out_of_order_are_delayed() -> None:
    words = [Word("one", 0, 5_000_000), Word("two", 1_000_000, 3_000_000), Word("three", 500_000, 600_000)]

    pieces = pieces_of(words, 60_000_000, RULES, None)

    assert [(piece.text, piece.start_us, piece.end_us) for piece in pieces] == [
        ("one", 0, 1_000_000),
        ("two", 1_000_000, 1_000_000),
        ("three", 1_000_000, 1_000_000),
    ]


def test_words_are_kept_inside_the_media() -> None:
    words = [Word("one", 8_000_000, 15_000_000), Word("two", 20_000_000, 21_000_000)]

    pieces = pieces_of(words, 10_000_000, RULES, None)

    assert [(piece.start_us, piece.end_us) for piece in pieces] == [
        (8_000_000, 9_166_666),
        (9_166_666, 10_000_000),
    ]


def test_a_word_with_spaces_is_several_pieces_with_their_share_of_its_time() -> None:
    pieces = pieces_of([Word("a\nbcd", 0, 4_000_000)], 10_000_000, RULES, None)

    assert pieces == [Piece("a", 0, 1_000_000, "", 0.0), Piece("bcd", 1_000_000, 4_000_000, " ", 6.0)]


def test_a_word_longer_than_a_line_is_cut_between_its_characters_but_not_before_their_marks() -> None:
    pieces = pieces_of([Word("e\u0301" * 6, 0, 600_000)], 10_000_000, RULES, None)

    assert [piece.text for piece in pieces] == ["e\u0301"] * 6
    assert [piece.glue for piece in pieces] == [""] * 6


def test_a_character_with_more_marks_than_a_line_holds_is_cut_between_its_marks() -> None:
    pieces = pieces_of([Word("e" + "\u0301" * 14, 0, 600_000)], 10_000_000, RULES, None)

    assert [len(piece.text) for piece in pieces] == [10, 5]
