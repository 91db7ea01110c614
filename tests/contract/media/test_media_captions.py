"""Cues in a video, as a track and burned into the picture, with the real FFmpeg."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.ffmpeg.tool import FfmpegTool
from domain.media.rendition import Rendition
from tests.contract.media import looks
from tests.contract.media.progress import NotedProgress
from tests.contract.media.recipes import Clips, ffmpeg, turned

TWO_CUES = """1
00:00:00,000 --> 00:00:00,900
Bonjour « à tous »

2
00:00:01,000 --> 00:00:01,800
It's 100% {\\b1}fine, [really]: <i>yes</i>
"""


@pytest.fixture
def srt(tmp_path: Path) -> Path:
    # A name with every special character of filter graphs.
    path = tmp_path / "it's, a; [cue]: file=1.srt"
    path.write_text(TWO_CUES, encoding="utf-8")
    return path


@pytest.fixture
def no_cues(tmp_path: Path) -> Path:
    path = tmp_path / "none.srt"
    path.write_text("", encoding="utf-8")
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "final.mp4"


def letters(made: Path, source: Path, at_s: float, rows: range) -> int:
    """Number of pixels in these rows that differ much from the source."""
    drawn, plain = (looks.grey(path, at_s, 320, 180) for path in (made, source))
    part = slice(rows.start * 320, rows.stop * 320)
    return sum(abs(a - b) > 90 for a, b in zip(drawn[part], plain[part], strict=True))


def test_cues_become_a_track_with_their_language(
    tool: FfmpegTool, clips: Clips, srt: Path, target: Path
) -> None:
    tool.mux_subtitles(clips("tagged_sound.mp4"), srt, "fr", target, NotedProgress())

    track = looks.stream(target, "subtitle")
    assert (track["codec_name"], track["tags"]["language"]) == ("mov_text", "fra")
    assert track["disposition"]["default"] == 1
    assert looks.stream(target, "audio")["tags"]["language"] == "fra"
    assert looks.frame_times_s(target) == looks.frame_times_s(clips("tagged_sound.mp4"))
    assert looks.index_is_in_front(target)


def test_the_words_and_times_of_a_track_are_those_of_the_file(
    tool: FfmpegTool, clips: Clips, srt: Path, target: Path, tmp_path: Path
) -> None:
    tool.mux_subtitles(clips("plain.mp4"), srt, None, target, NotedProgress())

    ffmpeg("-i", str(target), "-map", "0:s:0", str(tmp_path / "back.srt"))
    back = (tmp_path / "back.srt").read_text(encoding="utf-8")
    assert "00:00:00,000 --> 00:00:00,900\nBonjour « à tous »" in back
    assert "00:00:01,000 --> 00:00:01,800" in back
    assert looks.stream(target, "subtitle")["tags"].get("language", "und") == "und"


def test_a_video_without_sound_gets_a_track_too(
    tool: FfmpegTool, clips: Clips, srt: Path, target: Path
) -> None:
    tool.mux_subtitles(clips("ntsc.mp4"), srt, "en", target, NotedProgress())

    assert [stream["codec_type"] for stream in looks.streams(target)] == ["video", "subtitle"]


def test_without_cues_there_is_no_track(tool: FfmpegTool, clips: Clips, no_cues: Path, target: Path) -> None:
    tool.mux_subtitles(clips("plain.mp4"), no_cues, "fr", target, NotedProgress())

    assert [stream["codec_type"] for stream in looks.streams(target)] == ["video", "audio"]


def test_cues_are_drawn_at_their_time_into_the_lower_part(
    tool: FfmpegTool, clips: Clips, srt: Path, target: Path
) -> None:
    media = tool.probe(clips("large.mp4"), NotedProgress())

    tool.burn_subtitles(clips("large.mp4"), media, Rendition(180), srt, target, NotedProgress())

    picture = looks.stream(target, "video")
    assert (picture["width"], picture["height"]) == (320, 180)
    assert letters(target, clips("large.mp4"), 0.4, range(90)) == 0
    assert letters(target, clips("large.mp4"), 0.4, range(140, 180)) > 100
    assert letters(target, clips("large.mp4"), 1.9, range(140, 180)) == 0


def test_cues_are_drawn_upright_into_a_turned_picture(
    tool: FfmpegTool, clips: Clips, srt: Path, target: Path, tmp_path: Path
) -> None:
    source = turned(clips("large.mp4"), 1, tmp_path / "turned.mp4")
    media = tool.probe(source, NotedProgress())
    tool.downscale(source, media, Rendition(320), tmp_path / "plain.mp4", NotedProgress())

    tool.burn_subtitles(source, media, Rendition(320), srt, target, NotedProgress())

    drawn, plain = (looks.grey(path, 0.4, 180, 320) for path in (target, tmp_path / "plain.mp4"))
    changed = [abs(a - b) > 60 for a, b in zip(drawn, plain, strict=True)]
    rows = [row for row in range(320) if any(changed[row * 180 : (row + 1) * 180])]
    columns = [column for column in range(180) if any(changed[column::180])]
    assert min(rows) > 220
    assert max(rows) - min(rows) < max(columns) - min(columns)


def test_without_cues_the_picture_is_unchanged(
    tool: FfmpegTool, clips: Clips, no_cues: Path, target: Path
) -> None:
    media = tool.probe(clips("plain.mp4"), NotedProgress())

    tool.burn_subtitles(clips("plain.mp4"), media, Rendition(1080), no_cues, target, NotedProgress())

    assert looks.frame_times_s(target) == looks.frame_times_s(clips("plain.mp4"))
