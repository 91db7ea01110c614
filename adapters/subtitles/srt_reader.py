"""Parser of untrusted SRT files; each fault names its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import srt

from adapters.subtitles.charset import text_of
from domain.errors import SubtitlesInvalid
from domain.subtitles.cues import Cue

_MAX_CUES = 20_000
_MAX_LINES = 12
# More do not fit into a picture.
_MAX_OVERLAPPING = 4
_LONGEST_LINE = 500
# The library's pattern needs time in the cube of a line's digits.
_LONGEST_TIMING = 64
_LONGEST_US = 100 * 3600 * 1_000_000

_MICROSECOND = timedelta(microseconds=1)
_ARROW = re.compile(r"-[ -] *>")
_NUMBER = re.compile(r"\d{1,9}")
# HTML's tags and ASS's override codes. Remains of nested ones are harmless text.
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,200}>|\{\\[^{}]{0,200}\}")
_ASS_BREAK = re.compile(r"\\N")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass
class _Block:
    """Line with times, and the lines of text below it."""

    number: int
    timing: str
    texts: list[tuple[int, str]] = field(default_factory=list)


def read_srt(content: bytes) -> list[Cue]:
    """Parses cues, in order of start, without markup; they may overlap. Raises `SubtitlesInvalid`.

    Accepts blank lines inside a cue, none between cues, missing numbers, and a decimal point.
    """
    if not content.strip():
        raise SubtitlesInvalid("Line 1: the subtitle file is empty.")
    found: list[tuple[Cue, int]] = []
    for block in _blocks(text_of(content)):
        start_us, end_us = _times(block)
        lines = _lines(block)
        if lines:
            found.append((Cue(start_us, end_us, lines), block.number))
        if len(found) > _MAX_CUES:
            raise SubtitlesInvalid(f"Line {block.number}: more than {_MAX_CUES} cues are not supported.")
    if not found:
        raise SubtitlesInvalid("Line 1: the subtitle file has no cue with text in it.")
    found.sort(key=lambda numbered: (numbered[0].start_us, numbered[0].end_us))
    _check_overlaps(found)
    return [cue for cue, _ in found]


def _check_overlaps(found: list[tuple[Cue, int]]) -> None:
    overlapping: list[Cue] = []
    for cue, number in found:
        overlapping = [*(earlier for earlier in overlapping if earlier.end_us > cue.start_us), cue]
        if len(overlapping) > _MAX_OVERLAPPING:
            raise SubtitlesInvalid(f"Line {number}: more than {_MAX_OVERLAPPING} cues are shown at once.")


def _blocks(text: str) -> Iterator[_Block]:
    """Split the text into cues. A number belongs to a cue only directly above its times."""
    numbered_lines = [(number, line) for number, line in enumerate(_stripped(text), start=1) if line]
    block: _Block | None = None
    for place, (number, line) in enumerate(numbered_lines):
        next_line = numbered_lines[place + 1][1] if place + 1 < len(numbered_lines) else ""
        if _ARROW.search(line):
            if block is not None:
                yield block
            block = _Block(number, line)
        elif _NUMBER.fullmatch(line) and _ARROW.search(next_line):
            continue
        elif block is None:
            raise SubtitlesInvalid(f"Line {number}: expected a cue's number or times, not {line[:40]!r}.")
        else:
            block.texts.append((number, line))
    if block is not None:
        yield block


def _stripped(text: str) -> Iterator[str]:
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if len(line) > _LONGEST_LINE:
            raise SubtitlesInvalid(f"Line {number}: longer than {_LONGEST_LINE} characters.")
        yield line.strip().strip("\ufeff")


def _times(block: _Block) -> tuple[int, int]:
    where = f"Line {block.number}"
    if len(block.timing) > _LONGEST_TIMING:
        raise SubtitlesInvalid(f"{where}: a line with times has at most {_LONGEST_TIMING} characters.")
    try:
        [cue] = srt.parse(block.timing)
        start_us, end_us = (time // _MICROSECOND for time in (cue.start, cue.end))
    except (srt.SRTParseError, ValueError, OverflowError) as error:
        raise SubtitlesInvalid(
            f"{where}: times must be written as 00:01:02,345 --> 00:01:04,567, not {block.timing!r}."
        ) from error
    if end_us <= start_us:
        raise SubtitlesInvalid(f"{where}: the cue ends before it begins.")
    if end_us > _LONGEST_US:
        raise SubtitlesInvalid(f"{where}: the time is beyond the limit of {_LONGEST_US // 3_600_000_000} h.")
    return start_us, end_us


def _lines(block: _Block) -> tuple[str, ...]:
    if len(block.texts) > _MAX_LINES:
        raise SubtitlesInvalid(f"Line {block.number}: the cue has more than {_MAX_LINES} lines.")
    plain = [_ASS_BREAK.sub("\n", _MARKUP.sub("", text)) for _, text in block.texts]
    return tuple(line.strip() for text in plain for line in text.splitlines() if line.strip())
