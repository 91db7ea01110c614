"""Pieces of cues: words in order of time, with those cut up that are longer than a line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.speech.words import Word
from domain.subtitles.break_costs import break_cost, glue_between
from domain.subtitles.cues import CueRules

_ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True)
class Piece:
    """Text that is never broken: a word, or a part of a long one.

    `glue` (a space or nothing) and `break_cost` belong to the place before it.
    """

    text: str
    start_us: int
    end_us: int
    glue: str
    break_cost: float


def pieces_of(
    words: Sequence[Word], media_duration_us: int, rules: CueRules, language: str | None
) -> list[Piece]:
    """The pieces of all words, none longer than a line; each starts no earlier than the one before ends."""
    found: list[tuple[str, int, int, bool]] = []
    latest_us = 0
    for word in words:
        # A time past the end is wrong in any case; this one leaves room for reading.
        inside = word.start_us < media_duration_us
        start_us = word.start_us if inside else media_duration_us - rules.min_duration_us
        latest_us = max(latest_us, start_us)
        end_us = max(latest_us, min(word.end_us, media_duration_us))
        found.extend(_cut(word.text, latest_us, end_us, rules.line_characters))
    pieces: list[Piece] = []
    next_starts_us = [start_us for _, start_us, _, _ in found[1:]] + [media_duration_us]
    for index, (text, start_us, end_us, continues) in enumerate(found):
        glue, cost = "", 0.0
        if index:
            left = found[index - 1][0]
            glue = "" if continues else glue_between(left, text, language)
            cost = break_cost(left, text, continues, language)
        pieces.append(Piece(text, start_us, min(end_us, next_starts_us[index]), glue, cost))
    return pieces


def _cut(text: str, start_us: int, end_us: int, limit: int) -> Iterator[tuple[str, int, int, bool]]:
    """Each piece of a word: its text, its share of the time, and True if it continues a longer word."""
    parts = [
        (cluster, position > 0)
        for part in text.split()
        for position, cluster in enumerate([part] if len(part) <= limit else _clusters(part, limit))
    ]
    whole = sum(len(part) for part, _ in parts)
    done = 0
    for part, continues in parts:
        from_us = start_us + (end_us - start_us) * done // whole
        done += len(part)
        yield part, from_us, start_us + (end_us - start_us) * done // whole, continues


def _clusters(text: str, limit: int) -> list[str]:
    """The characters of a word, each with its combining marks."""
    clusters: list[str] = []
    for character in text:
        joined = unicodedata.category(character).startswith("M") or character == _ZERO_WIDTH_JOINER
        after_joiner = bool(clusters) and clusters[-1].endswith(_ZERO_WIDTH_JOINER)
        if clusters and (joined or after_joiner) and len(clusters[-1]) < limit:
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters
