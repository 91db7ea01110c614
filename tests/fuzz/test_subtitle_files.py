"""Round trips of arbitrary cues through WebVTT and SRT."""

from __future__ import annotations

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.subtitles.cues import Cue
from domain.subtitles.files import to_srt, to_webvtt

thorough = settings(max_examples=300, deadline=None, derandomize=True)

_SIGNS = st.characters() | st.sampled_from("<>&{}\\-…\u202e")
lines = st.text(_SIGNS, min_size=1, max_size=30).filter(
    lambda line: line.strip() and len(line.splitlines()) == 1
)
_CLOCK = r"(\d\d+):(\d\d):(\d\d)[.,](\d{3})"


@st.composite
def cue_lists(draw: st.DrawFn) -> list[Cue]:
    time_ms = 0
    cues = []
    for texts in draw(st.lists(st.lists(lines, min_size=1, max_size=2), max_size=6)):
        start_ms = time_ms + draw(st.integers(0, 10**7))
        time_ms = start_ms + draw(st.integers(1, 10**5))
        cues.append(Cue(start_ms * 1000, time_ms * 1000, tuple(texts)))
    return cues


def read(text: str) -> list[tuple[int, int, list[str]]]:
    """Returns start and end in milliseconds and the lines of each block with a time line."""
    found = []
    for block in re.split(r"\n{2,}", text):
        rows = block.rstrip("\n").split("\n")
        for place, row in enumerate(rows[:2]):
            match = re.fullmatch(f"{_CLOCK} --> {_CLOCK}", row)
            if match:
                figures = [int(figure) for figure in match.groups()]
                found.append((_ms(*figures[:4]), _ms(*figures[4:]), rows[place + 1 :]))
                break
    return found


def _ms(hours: int, minutes: int, seconds: int, milliseconds: int) -> int:
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds


def shown(line: str) -> str:
    """Returns the line with U+FFFD in place of characters that subtitle files can't have."""
    return re.sub("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", line)


@thorough
@given(cue_lists(), st.none() | st.text(max_size=10))
def test_webvtt_round_trips_every_cue(cues: list[Cue], language: str | None) -> None:
    written = to_webvtt(cues, language)

    assert written.startswith("WEBVTT\n")
    assert written.encode().decode() == written
    parsed = [(start, end, [html.unescape(row) for row in rows]) for start, end, rows in read(written)]
    assert parsed == [
        (cue.start_us // 1000, cue.end_us // 1000, [shown(line) for line in cue.lines]) for cue in cues
    ]
    assert not any("<" in row or "-->" in row for _, _, rows in read(written) for row in rows)


@thorough
@given(cue_lists())
def test_srt_round_trips_every_cue_without_markup(cues: list[Cue]) -> None:
    written = to_srt(cues)

    def plain(line: str) -> str:
        return line.replace("{", "(").replace("}", ")").replace("-->", "--\u203a").replace("\u2060", "")

    parsed = [(start, end, [row.replace("\u2060", "") for row in rows]) for start, end, rows in read(written)]
    assert parsed == [
        (cue.start_us // 1000, cue.end_us // 1000, [plain(shown(line)) for line in cue.lines]) for cue in cues
    ]
    assert written.encode().decode() == written
    assert not re.search(r"<\s*[A-Za-z/!?]|[{}]|\\[Nnh]", written)
