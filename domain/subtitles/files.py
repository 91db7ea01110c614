"""WebVTT and SRT writers; text of a cue is escaped so that no player reads it as markup."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from domain.subtitles.cues import MILLISECOND_US, Cue

_WEBVTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# SRT has no escapes. FFmpeg and libass read `<...>` as tags, `{...}` as override codes (unknown ones vanish)
# and a backslash as the start of `\N`, so each of them is replaced by a similar harmless character.
_SRT_REPLACEMENTS = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")", "\\": "/"})


def to_webvtt(cues: Sequence[Cue], language: str | None) -> str:
    """A WebVTT file, with the language in a comment, because WebVTT has no field for it."""
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
        text = "\n".join(_visible(line).translate(_SRT_REPLACEMENTS) for line in cue.lines)
        blocks.append(f"{number}\n{_clock(start_ms, ',')} --> {_clock(end_ms, ',')}\n{text}\n")
    return "\n".join(blocks)


def _in_milliseconds(cues: Sequence[Cue]) -> Iterator[tuple[Cue, int, int]]:
    """The cues with rounded times; rounding makes no cue empty and adds no overlap."""
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
