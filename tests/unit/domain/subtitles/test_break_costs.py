"""Cost of ending a line or a cue between two words."""

from __future__ import annotations

import pytest

from domain.subtitles.break_costs import (
    AFTER_BOUND_WORD,
    BEFORE_CONJUNCTION,
    BEFORE_PREPOSITION,
    CLAUSE,
    NEVER,
    PLAIN,
    SENTENCE,
    break_cost,
    glue_between,
)


def test_the_best_place_is_a_sentence_end_then_a_clause_then_before_a_conjunction_then_any() -> None:
    costs = [SENTENCE, CLAUSE, BEFORE_CONJUNCTION, BEFORE_PREPOSITION, PLAIN, AFTER_BOUND_WORD, NEVER]

    assert costs == sorted(set(costs))


@pytest.mark.parametrize(
    ("left", "right", "language", "cost"),
    [
        ("home.", "Then", "en", SENTENCE),
        ("home?»", "Then", None, SENTENCE),
        ("wait…", "no", "en", SENTENCE),
        ("home,", "and", "en", CLAUSE),
        ("mañana", "¿Qué", "es", CLAUSE),
        ("home", "and", "en", BEFORE_CONJUNCTION),
        ("home", "And", "en", BEFORE_CONJUNCTION),
        ("maison", "et", "fr", BEFORE_CONJUNCTION),
        ("casa", "pero", "es", BEFORE_CONJUNCTION),
        ("Haus", "aber", "de", BEFORE_CONJUNCTION),
        ("casa", "perché", "it", BEFORE_CONJUNCTION),
        ("casa", "mas", "pt", BEFORE_CONJUNCTION),
        ("house", "of", "en", BEFORE_PREPOSITION),
        ("green", "house", "en", PLAIN),
        ("the", "house", "en", AFTER_BOUND_WORD),
        ("“The", "house", "en", AFTER_BOUND_WORD),
        ("and", "then", "en", AFTER_BOUND_WORD),
        ("la", "maison", "fr", AFTER_BOUND_WORD),
        ("del", "perro", "es", AFTER_BOUND_WORD),
        ("Mr.", "Brown", "en", AFTER_BOUND_WORD),
        ("J.", "Brown", "en", AFTER_BOUND_WORD),
        ("10", "000", "fr", AFTER_BOUND_WORD),
        ("the", "house", "fr", PLAIN),
        ("the", "house", None, PLAIN),
        ("house", "and", "sv", PLAIN),
        ("vous", "?", "fr", NEVER),
        ("«", "Bonjour", "fr", NEVER),
        ("vous", "»", "fr", NEVER),
        ("天気", "。", "ja", NEVER),
        ("「", "東京", "ja", NEVER),
        ("。", "東", "ja", SENTENCE),
        ("東", "京", "ja", PLAIN),
    ],
)
def test_the_cost_of_a_break(left: str, right: str, language: str | None, cost: float) -> None:
    assert break_cost(left, right, same_word=False, language=language) == cost


def test_a_word_is_cut_only_where_there_is_no_other_way_unless_its_script_has_no_spaces() -> None:
    assert break_cost("exam", "ple", same_word=True, language="en") == NEVER
    assert break_cost("東", "京", same_word=True, language="ja") == PLAIN


@pytest.mark.parametrize(
    ("left", "right", "language", "glue"),
    [
        ("good", "day", "en", " "),
        ("東", "京", None, ""),
        ("สวัส", "ดี", "th", ""),
        ("한국", "사람", "ko", " "),
        ("Python", "を", "ja", ""),
        ("eat", "寿司", "en", " "),
        ("deep", "learning", "ja", " "),
    ],
)
def test_scripts_without_spaces_are_joined_without(
    left: str, right: str, language: str | None, glue: str
) -> None:
    assert glue_between(left, right, language) == glue
