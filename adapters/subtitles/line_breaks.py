"""Line breaks inside text without spaces to break at: CJK, Thai and its neighbours, long words, addresses."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache

import budoux
from uniseg.graphemecluster import grapheme_clusters
from uniseg.linebreak import line_break_units
from wcwidth import wcwidth

# Widths of letters, as shares of the line height that a renderer is given as font size. They are generous:
# fonts differ, and a line that is broken early does less harm than one that is cut at the picture's edge.
_NARROW = 0.55
_CAPITAL = 0.75
_WIDE = 0.95
_ROUNDING = 1e-6
_BROAD_LETTERS = frozenset("MWmw@%&\u2014\u2026")
# Lao, Khmer and Burmese need dictionaries too, of which no library that is small enough has any: they are
# broken between clusters, Thai between words.
_THAI = re.compile(r"[\u0e00-\u0e7f]")
# Thai and Lao vowels that are written before the consonant that they belong to.
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")


def broken(line: str, room: float) -> list[str]:
    """The line in pieces; only runs without spaces that are wider than `room` are broken.

    `room` is a line's width in font sizes. Renderers break at spaces themselves, by the widths of their font.
    """
    pieces: list[str] = [""]
    for run in re.split(r"( +)", line):
        first, *others = _pieces_of_run(run, room)
        pieces[-1] += first
        pieces += others
    return pieces


def text_width(text: str) -> float:
    """The width of a text in font sizes, at least as wide as usual fonts draw it."""
    return sum(_width_of(sign) for sign in text)


def _width_of(sign: str) -> float:
    columns = wcwidth(sign)
    if columns < 1:
        return 0.0
    if columns > 1 or sign in _BROAD_LETTERS:
        return _WIDE
    return _CAPITAL if sign.isupper() else _NARROW


def _pieces_of_run(run: str, room: float) -> list[str]:
    whole = text_width(run)
    if whole <= room:
        return [run]
    # Pieces of about the same width look better than a full line above a single letter.
    aim = whole / math.ceil(whole / room - _ROUNDING)
    pieces = [""]
    done = 0.0
    for unit in _units(run, room):
        width = text_width(unit)
        past_aim = done + width / 2 > aim * len(pieces)
        if pieces[-1] and (past_aim or text_width(pieces[-1]) + width > room + _ROUNDING):
            pieces.append("")
        pieces[-1] += unit
        done += width
    return pieces


def _units(run: str, room: float) -> Iterator[str]:
    """Parts between which a line may be broken, by the Unicode rules; none is wider than `room`."""
    for unit in line_break_units(run):
        for word in _thai_words().parse(unit) if _THAI.search(unit) else [unit]:
            if text_width(word) <= room:
                yield word
            else:
                yield from _clusters(word)


def _clusters(word: str) -> Iterator[str]:
    begun = ""
    for cluster in grapheme_clusters(word):
        begun += cluster
        if begun[-1] not in _LEADING_VOWELS:
            yield begun
            begun = ""
    if begun:
        yield begun


@cache
def _thai_words() -> budoux.Parser:
    return budoux.load_default_thai_parser()
