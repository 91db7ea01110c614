"""WebVTT and SRT files, checked with FFmpeg as a reader."""

from __future__ import annotations

import itertools
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.subtitles.cues import Cue
from domain.subtitles.files import read_cues, to_srt, to_webvtt

TWO_CUES = [
    Cue(0, 1_500_000, ("The cat sleeps", "and the dog barks.")),
    Cue(3_661_042_000, 3_662_000_000, ("Où est le chat ?",)),
]

HOSTILE = [
    r"{\an8}up here",
    r"{\pos(1,1)\fs200}big",
    "{comment} kept",
    "<b>bold</b> <i>it</i> <font color=red>red</font>",
    "<script>alert(1)</script>",
    r"one\Ntwo\nthree\hfour",
    "a --> b",
    "00:00:01,000 --> 00:00:02,000",
    "a < b && c > d &amp; &lt;i&gt;",
    "1984",
    "{y:i}nothing{Y:b}",
    "<<guillemets>>",
    "{unclosed <b",
    "NOTE this is spoken",
    "WEBVTT",
]


def test_webvtt_follows_the_standard() -> None:
    assert to_webvtt(TWO_CUES, "fr") == (
        "WEBVTT\n\nNOTE language: fr\n\n"
        "00:00:00.000 --> 00:00:01.500\nThe cat sleeps\nand the dog barks.\n\n"
        "01:01:01.042 --> 01:01:02.000\nOù est le chat ?\n"
    )


def test_srt_is_written_with_numbers_and_commas() -> None:
    assert to_srt(TWO_CUES) == (
        "1\n00:00:00,000 --> 00:00:01,500\nThe cat sleeps\nand the dog barks.\n\n"
        "2\n01:01:01,042 --> 01:01:02,000\nOù est le chat ?\n"
    )


def test_without_cues_the_files_are_empty_but_valid() -> None:
    assert to_webvtt([], None) == "WEBVTT\n"
    assert to_webvtt([], "en") == "WEBVTT\n\nNOTE language: en\n"
    assert to_srt([]) == ""


def test_webvtt_escapes_what_would_be_markup() -> None:
    text = to_webvtt([Cue(0, 1_000_000, ("a & b <i> --> c",))], None)

    assert text.endswith("\na &amp; b &lt;i&gt; --&gt; c\n")


def test_srt_keeps_every_letter_and_opens_no_tag() -> None:
    text = to_srt([Cue(0, 1_000_000, (r"C:\New {x} List<String> 1 < 2 </i> a --> b",))])

    assert text.splitlines()[2] == "C:\\\u2060New (x) List<\u2060String> 1 < 2 <\u2060/i> a --\u203a b"


@pytest.mark.parametrize("written", [lambda cues: to_webvtt(cues, "en"), to_srt])
def test_files_of_ours_are_read_back(written: Callable[[Sequence[Cue]], str]) -> None:
    cues = [*TWO_CUES, Cue(3_700_000_000, 3_701_000_000, (r"C:\New 1 < 2 &amp; List<String>", "12"))]

    assert read_cues(written(cues)) == cues
    assert read_cues(written([])) == []


def test_other_text_is_no_file_of_ours() -> None:
    with pytest.raises(ValueError, match="times are expected"):
        read_cues("Once upon a time")


def test_control_codes_and_lone_surrogates_become_replacement_signs() -> None:
    cues = [Cue(0, 1_000_000, ("\x00",)), Cue(2_000_000, 3_000_000, ("a\ud800b\x1b[0m",))]

    assert "\n\ufffd\n\n" in to_srt(cues)
    assert "a\ufffdb\ufffd[0m\n" in to_srt(cues)
    assert to_webvtt(cues, None).encode("utf-8")


@st.composite
def cue_lists(draw: st.DrawFn) -> list[Cue]:
    """Cues in order that do not overlap, some shorter than a millisecond."""
    steps_us = st.one_of(st.integers(0, 3_000), st.integers(0, 5_000_000))
    time_us = 0
    cues: list[Cue] = []
    for _ in range(draw(st.integers(0, 30))):
        start_us = time_us + draw(steps_us)
        time_us = start_us + 1 + draw(steps_us)
        cues.append(Cue(start_us, time_us, ("word",)))
    return cues


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cue_lists())
def test_rounding_to_milliseconds_leaves_no_cue_empty_and_makes_none_overlap(cues: list[Cue]) -> None:
    clock = r"(\d\d):(\d\d):(\d\d),(\d{3})"

    spans_ms = []
    for match in re.finditer(rf"{clock} --> {clock}", to_srt(cues)):
        h1, m1, s1, ms1, h2, m2, s2, ms2 = map(int, match.groups())
        spans_ms.append((((h1 * 60 + m1) * 60 + s1) * 1000 + ms1, ((h2 * 60 + m2) * 60 + s2) * 1000 + ms2))

    assert len(spans_ms) == len(cues)
    assert all(start_ms < end_ms for start_ms, end_ms in spans_ms)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans_ms))


def test_a_cue_on_whole_milliseconds_keeps_its_exact_times() -> None:
    assert "00:00:00,834 --> 00:00:07,001\n" in to_srt([Cue(834_000, 7_001_000, ("word",))])


def decoded_by_ffmpeg(subtitle_path: Path, text: str) -> list[str]:
    """The text of each cue as FFmpeg's decoder hands it to libass."""
    subtitle_path.write_text(text, encoding="utf-8")
    finished = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", f"file:{subtitle_path}", "-f", "ass", "-"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=60,
    )
    lines = finished.stdout.decode("utf-8").splitlines()
    return [line.split(",", 9)[9] for line in lines if line.startswith("Dialogue:")]


def test_ffmpeg_finds_every_word_of_a_hostile_srt_and_no_markup(tmp_path: Path) -> None:
    cues = [
        Cue(n * 2_000_000, n * 2_000_000 + 1_000_000, ("before", line, "after"))
        for n, line in enumerate(HOSTILE)
    ]

    shown = decoded_by_ffmpeg(tmp_path / "hostile.srt", to_srt(cues))

    plain = [text.replace("\u2060", "") for text in shown]
    replaced = [line.replace("{", "(").replace("}", ")").replace("-->", "--\u203a") for line in HOSTILE]
    assert plain == [f"before\\N{line}\\Nafter" for line in replaced]


def test_ffmpeg_reads_webvtt_text_back_as_it_was_spoken(tmp_path: Path) -> None:
    lines = [
        "a < b && c > d &amp; &lt;i&gt;",
        "<b>bold</b>",
        "a --> b",
        "NOTE this is spoken",
        "1984",
        "WEBVTT",
    ]
    cues = [Cue(n * 2_000_000, n * 2_000_000 + 1_000_000, (line,)) for n, line in enumerate(lines)]

    assert decoded_by_ffmpeg(tmp_path / "spoken.vtt", to_webvtt(cues, "en")) == lines


@pytest.mark.parametrize("language", [None, "en"])
def test_ffmpeg_accepts_an_empty_webvtt(tmp_path: Path, language: str | None) -> None:
    assert decoded_by_ffmpeg(tmp_path / "empty.vtt", to_webvtt([], language)) == []
