"""Parser of untrusted SRT files: returns cues without markup, or names the faulty line."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import srt

from adapters.subtitles.charset import decoded
from domain.errors import SubtitlesInvalid
from domain.subtitles.cues import Cue
from domain.subtitles.given import GivenCues

_MOST_CUES = 20_000
_MOST_LINES = 12
# Signs, captions and lyrics at one time; what is drawn grows with their number at every border of a cue.
_MOST_AT_ONCE = 12
_LONGEST_LINE = 500
# The library's pattern takes time with the cube of a line's digits.
_LONGEST_TIMING = 64
_LONGEST_US = 100 * 3600 * 1_000_000

_MICROSECOND = timedelta(microseconds=1)
# Word processors turn `-->` into an arrow sign.
_ARROW = re.compile(r"-[ -]*>|\u2192")
# A line is a cue's times if a time stands at either side of its arrow; any other arrow is text.
_TIME = r"-?\d{1,20} *: *\d+ *[:.,] *-?\d"
_TIMING = re.compile(rf"{_TIME}.*(?:-[ -]*>|\u2192)|.*(?:-[ -]*>|\u2192) *{_TIME}")
# Minutes and seconds alone, as WebVTT writes a film under an hour; the library reads them as hours.
_WITHOUT_HOURS = re.compile(r"(?<![\d:])(\d{1,2}:\d{1,2}[.,]\d{3})(?![\d:])")
_BLANKS_IN_TIME = re.compile(r"(?<=\d) *([:.,]) *(?=\d)")
# `,5` is half a second; the library reads it as five milliseconds.
_SHORT_FRACTION = re.compile(r"[.,](\d{1,2})(?!\d)")
_NUMBER = re.compile(r"\d{1,9}")
# Tags of SRT and WebVTT. Other words between angle brackets are text: `List<String>`, `x <y and z> 3`.
_TAG = re.compile(
    r"</?(?:b|i|u|s|em|strong|strike|ruby|rt|br)(?:\.[\w.]*)?\s*/?>"
    r"|</?(?:font|span|p|div|c|v|lang)(?:[ .][^<>]{0,200})?>"
    r"|<\d{2}:\d{2}(?::\d{2})?\.\d{3}>",
    re.IGNORECASE,
)
_LINE_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ASS_OVERRIDE = re.compile(r"\{\\[^{}]{0,200}\}")
_ASS_CODE = re.compile(r"\\[Nnh]")
# `C:\New` and `\\server\new` are names of files: their backslashes are no codes.
_WINDOWS_PATH = re.compile(r"[A-Za-z]:\\|\\\\")
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class _Line:
    """A line that is not blank, by its number in the file; `after_blank` at the start of the file too."""

    number: int
    text: str
    after_blank: bool


@dataclass
class _Block:
    """A cue as it is written: the line with its times, and the lines of text below."""

    number: int
    timing: str
    texts: list[_Line] = field(default_factory=list)


def read_srt(content: bytes) -> GivenCues:
    """Read an SRT file. Raises `SubtitlesInvalid` with the line of the fault.

    Accepted as well: blank lines inside a cue and none between cues, missing numbers, a decimal point,
    times without hours, markup of SRT, ASS and WebVTT (removed), HTML entities (decoded).
    """
    if not content.strip():
        raise SubtitlesInvalid("Line 1: the subtitle file is empty.")
    text, remarks = decoded(content)
    found: list[tuple[Cue, int]] = []
    for block in _blocks(text):
        start_us, end_us = _times(block)
        lines = _lines(block)
        if lines:
            found.append((Cue(start_us, end_us, lines), block.number))
        if len(found) > _MOST_CUES:
            raise SubtitlesInvalid(f"Line {block.number}: more than {_MOST_CUES} cues are not supported.")
    if not found:
        raise SubtitlesInvalid("Line 1: the subtitle file has no cue with text in it.")
    found.sort(key=lambda numbered: (numbered[0].start_us, numbered[0].end_us))
    _check_crowd(found)
    return GivenCues([cue for cue, _ in found], remarks)


def _check_crowd(found: list[tuple[Cue, int]]) -> None:
    at_once: list[Cue] = []
    for cue, number in found:
        at_once = [*(earlier for earlier in at_once if earlier.end_us > cue.start_us), cue]
        if len(at_once) > _MOST_AT_ONCE:
            raise SubtitlesInvalid(f"Line {number}: more than {_MOST_AT_ONCE} cues are shown at once.")


def _blocks(text: str) -> Iterator[_Block]:
    written = list(_written(text))
    numbers = _cue_numbers(written)
    block: _Block | None = None
    for place, line in enumerate(written):
        if _TIMING.match(line.text):
            if block is not None:
                yield block
            block = _Block(line.number, line.text)
        elif place in numbers:
            continue
        elif block is None:
            raise SubtitlesInvalid(
                f"Line {line.number}: expected a cue's number or times, not {line.text[:40]!r}."
            )
        else:
            block.texts.append(line)
    if block is not None:
        yield block


def _cue_numbers(written: list[_Line]) -> set[int]:
    """The places of the lines that number a cue: each stands above a cue's times.

    Only in a file that numbers its cues, which the first cue shows, or, where that has lost its number, all
    others. Elsewhere a number above a cue's times is the last line of the cue before.
    """
    timings = [place for place, line in enumerate(written) if _TIMING.match(line.text)]
    if not timings:
        return set()
    above = {place - 1 for place in timings if place and _NUMBER.fullmatch(written[place - 1].text)}
    # A blank line between a number and its times is a habit of the whole file, or the number is text.
    touching = {place for place in above if not written[place + 1].after_blank}
    first = timings[0] - 1
    if first >= 0 and first in above:
        return touching if first in touching else above
    later = {place - 1 for place in timings[1:]}
    return touching if later and later <= touching and _count_on(written, sorted(later)) else set()


def _count_on(written: list[_Line], places: list[int]) -> bool:
    values = [int(written[place].text) for place in places]
    return values == list(range(2, 2 + len(values)))


def _written(text: str) -> Iterator[_Line]:
    after_blank = True
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if len(line) > _LONGEST_LINE:
            raise SubtitlesInvalid(f"Line {number}: longer than {_LONGEST_LINE} characters.")
        bare = line.strip().strip("\ufeff")
        if bare:
            yield _Line(number, bare, after_blank)
        after_blank = not bare


def _times(block: _Block) -> tuple[int, int]:
    where = f"Line {block.number}"
    if len(block.timing) > _LONGEST_TIMING:
        raise SubtitlesInvalid(f"{where}: a line with times has at most {_LONGEST_TIMING} characters.")
    timing = _BLANKS_IN_TIME.sub(r"\1", _ARROW.sub("-->", block.timing, count=1))
    timing = _SHORT_FRACTION.sub(lambda match: "," + match[1].ljust(3, "0"), timing)
    timing = _WITHOUT_HOURS.sub(r"00:\1", timing)
    try:
        [cue] = srt.parse(timing)
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
    if len(block.texts) > _MOST_LINES:
        raise SubtitlesInvalid(f"Line {block.number}: the cue has more than {_MOST_LINES} lines.")
    bare = [_without_markup(line.text) for line in block.texts]
    return tuple(line.strip() for text in bare for line in text.splitlines() if line.strip())


def _without_markup(text: str) -> str:
    text = _LINE_BREAK_TAG.sub("\n", text)
    text = _TAG.sub("", _ASS_OVERRIDE.sub("", text))
    text = "".join(
        word if _WINDOWS_PATH.search(word) else _ASS_CODE.sub(_code_as_space, word)
        for word in re.split(r"(\s+)", text)
    )
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def _code_as_space(code: re.Match[str]) -> str:
    return " " if code[0] == r"\h" else "\n"
