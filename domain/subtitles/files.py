"""Writer of WebVTT and SRT files in which no text can be read as markup, and reader of these files."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence

from domain.subtitles.cues import MILLISECOND_US, Cue

_WEBVTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
WORD_JOINER = "\u2060"
# SRT has no escapes. Players built on libass drop `{...}`, so that braces become parentheses. A joiner, which
# has no width, keeps `<` from opening a tag and a backslash from being ASS's line break or hard space.
_SRT_REPLACEMENTS = str.maketrans({"{": "(", "}": ")"})
_SRT_MARKUP = re.compile(r"<(?=\s*[A-Za-z/!?])|\\(?=[Nnh])")
_TIMES = re.compile(r"(\d+):(\d\d):(\d\d)[.,](\d{3}) --> (\d+):(\d\d):(\d\d)[.,](\d{3})")


def to_webvtt(cues: Sequence[Cue], language: str | None) -> str:
    """A WebVTT file; the language stands in a comment, because WebVTT has no field for it."""
    blocks = ["WEBVTT\n"]
    if language is not None:
        blocks.append(f"NOTE language: {_visible(language).translate(_WEBVTT_ESCAPES)}\n")
    for cue, start_ms, end_ms in _in_milliseconds(cues):
        text = "\n".join(_visible(line).translate(_WEBVTT_ESCAPES) for line in cue.lines)
        blocks.append(f"{_clock(start_ms, '.')} --> {_clock(end_ms, '.')}\n{text}\n")
    return "\n".join(blocks)


def to_srt(cues: Sequence[Cue]) -> str:
    """An SRT file; without cues it is empty."""
    blocks: list[str] = []
    for number, (cue, start_ms, end_ms) in enumerate(_in_milliseconds(cues), start=1):
        text = "\n".join(_without_srt_markup(_visible(line)) for line in cue.lines)
        blocks.append(f"{number}\n{_clock(start_ms, ',')} --> {_clock(end_ms, ',')}\n{text}\n")
    return "\n".join(blocks)


def read_cues(text: str) -> list[Cue]:
    """The cues of a WebVTT or SRT file that this module wrote; raises `ValueError` for any other text."""
    is_webvtt = text.startswith("WEBVTT")
    cues: list[Cue] = []
    for block in text.split("\n\n"):
        lines = block.strip("\n").split("\n")
        timing = next((place for place, line in enumerate(lines[:2]) if _TIMES.fullmatch(line)), None)
        if timing is None:
            if block.strip() and not block.startswith(("WEBVTT", "NOTE")):
                raise ValueError(f"a cue's times are expected, not {block[:40]!r}")
            continue
        match = _TIMES.fullmatch(lines[timing])
        assert match
        written = lines[timing + 1 :]
        texts = (html.unescape(line) if is_webvtt else line.replace(WORD_JOINER, "") for line in written)
        cues.append(Cue(_read_us(match.groups()[:4]), _read_us(match.groups()[4:]), tuple(texts)))
    return cues


def _read_us(clock: Sequence[str]) -> int:
    hours, minutes, seconds, milliseconds = map(int, clock)
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds) * MILLISECOND_US


def _without_srt_markup(line: str) -> str:
    line = line.translate(_SRT_REPLACEMENTS).replace("-->", "--\u203a")
    return _SRT_MARKUP.sub(lambda sign: sign[0] + WORD_JOINER, line)


def _in_milliseconds(cues: Sequence[Cue]) -> Iterator[tuple[Cue, int, int]]:
    """The times rounded; none comes out empty, and none overlaps the next that did not before."""
    previous_end_us = previous_end_ms = 0
    for cue in cues:
        start_ms = _rounded_ms(cue.start_us)
        if cue.start_us >= previous_end_us:
            start_ms = max(start_ms, previous_end_ms)
        end_ms = max(_rounded_ms(cue.end_us), start_ms + 1)
        yield cue, start_ms, end_ms
        previous_end_us, previous_end_ms = cue.end_us, end_ms


def _rounded_ms(time_us: int) -> int:
    return (time_us + MILLISECOND_US // 2) // MILLISECOND_US


def _clock(time_ms: int, decimal_mark: str) -> str:
    seconds, milliseconds = divmod(time_ms, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}{decimal_mark}{milliseconds:03}"


def _visible(line: str) -> str:
    """The line, with U+FFFD for what no subtitle file can hold: control codes and lone surrogates."""
    return "".join("\ufffd" if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in line)
