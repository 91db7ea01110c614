"""Downscale of every kind of source, with the real FFmpeg."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.ffmpeg.tool import FfmpegTool
from domain.media.rendition import Rendition
from tests.contract.media import looks
from tests.contract.media.progress import NotedProgress
from tests.contract.media.recipes import Clips, turned


def downscaled(tool: FfmpegTool, source: Path, target: Path, max_height: int = 1080) -> bool:
    media = tool.probe(source, NotedProgress())
    copied = tool.downscale(source, media, Rendition(max_height), target, NotedProgress())
    assert abs(looks.duration_s(target) - media.duration_s) < 0.1
    return copied


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "rendition.mp4"


def test_a_conforming_source_is_copied(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    assert downscaled(tool, clips("plain.mp4"), target) is True

    assert looks.frame_times_s(target) == looks.frame_times_s(clips("plain.mp4"))
    assert looks.stream(target, "video")["profile"] == looks.stream(clips("plain.mp4"), "video")["profile"]
    assert looks.index_is_in_front(target)


def test_a_source_with_too_many_lines_is_scaled(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    assert downscaled(tool, clips("large.mp4"), target, max_height=180) is False

    picture = looks.stream(target, "video")
    assert (picture["codec_name"], picture["pix_fmt"]) == ("h264", "yuv420p")
    assert (picture["width"], picture["height"]) == (320, 180)
    assert looks.stream(target, "audio")["codec_name"] == "aac"
    assert looks.index_is_in_front(target)
    original, made = (looks.grey(path, 1, 160, 90) for path in (clips("large.mp4"), target))
    assert looks.difference(original, made) < 8


def test_a_small_source_is_never_enlarged(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("mute.mp4"), target)

    assert looks.stream(target, "video")["height"] == 180


def test_a_source_without_sound_stays_silent(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("mute.mp4"), target)

    assert [stream["codec_type"] for stream in looks.streams(target)] == ["video"]


def test_only_the_sound_is_encoded_where_the_picture_conforms(
    tool: FfmpegTool, clips: Clips, target: Path
) -> None:
    assert downscaled(tool, clips("mp3.mp4"), target) is True

    assert looks.stream(target, "audio")["codec_name"] == "aac"
    assert looks.frame_times_s(target) == looks.frame_times_s(clips("mp3.mp4"))


def test_a_portrait_video_stays_upright(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("portrait.mkv"), target, max_height=160)

    picture = looks.stream(target, "video")
    assert (picture["width"], picture["height"]) == (90, 160)


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_rotation_is_applied_to_the_picture(
    tool: FfmpegTool, clips: Clips, tmp_path: Path, target: Path, quarter_turns: int
) -> None:
    source = turned(clips("large.mp4"), quarter_turns, tmp_path / "turned.mp4")

    assert downscaled(tool, source, target, max_height=320) is False

    picture = looks.stream(target, "video")
    assert (picture["width"], picture["height"]) == ((568, 320) if quarter_turns == 2 else (180, 320))
    assert not any("rotation" in side for side in picture.get("side_data_list", []))
    upright = looks.grey(clips("large.mp4"), 1, 64, 64)
    assert looks.difference(_turn(upright, 64, quarter_turns), looks.grey(target, 1, 64, 64)) < 12


def test_every_frame_of_a_variable_rate_keeps_its_time(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("vfr.mp4"), target, max_height=90)

    original, made = looks.frame_times_s(clips("vfr.mp4")), looks.frame_times_s(target)
    assert len(made) == len(original)
    assert max(abs(a - b) for a, b in zip(original, made, strict=True)) < 0.001


def test_hours_without_a_frame_are_not_filled_with_copies_of_one(
    tool: FfmpegTool, clips: Clips, target: Path
) -> None:
    downscaled(tool, clips("hours_of_nothing.mkv"), target)

    assert len(looks.frame_times_s(target)) == 50


def test_two_hours_end_at_the_right_time(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    assert downscaled(tool, clips("two_hours.mp4"), target) is True

    media = tool.probe(clips("two_hours.mp4"), NotedProgress())
    tool.extract_audio(clips("two_hours.mp4"), media, target, NotedProgress())
    assert target.stat().st_size == 2 * 16000 * 7200


def test_an_exact_rate_stays_exact(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("ntsc.mp4"), target, max_height=90)

    assert looks.stream(target, "video")["r_frame_rate"] == "30000/1001"


def test_ten_bits_become_eight(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    assert downscaled(tool, clips("deep.mkv"), target) is False

    assert looks.stream(target, "video")["pix_fmt"] == "yuv420p"


def test_high_dynamic_range_becomes_standard(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("hdr.mkv"), target)

    picture = looks.stream(target, "video")
    assert (picture["pix_fmt"], picture["color_transfer"]) == ("yuv420p", "bt709")
    assert (picture["color_space"], picture["color_primaries"]) == ("bt709", "bt709")


def test_the_tags_of_the_colours_are_kept(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("tagged.mp4"), target, max_height=180)

    picture = looks.stream(target, "video")
    tags = (picture["color_space"], picture["color_transfer"], picture["color_primaries"])
    assert tags == ("bt709", "bt709", "bt709")


def test_full_range_becomes_limited_range(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("full_range.avi"), target)

    picture = looks.stream(target, "video")
    assert (picture["pix_fmt"], picture.get("color_range", "tv")) == ("yuv420p", "tv")
    original, made = (looks.grey(path, 1, 160, 90) for path in (clips("full_range.avi"), target))
    assert looks.difference(original, made) < 8


def test_odd_sides_become_even(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("odd.mkv"), target)

    picture = looks.stream(target, "video")
    assert (picture["width"], picture["height"]) == (320, 180)


def test_wide_pixels_become_square(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("wide_pixels.mp4"), target)

    picture = looks.stream(target, "video")
    assert (picture["width"], picture["height"], picture["sample_aspect_ratio"]) == (426, 240, "1:1")


@pytest.mark.parametrize("name", ["short.mp4", "one_frame.mp4"])
def test_a_very_short_video_keeps_its_frames(tool: FfmpegTool, clips: Clips, target: Path, name: str) -> None:
    downscaled(tool, clips(name), target, max_height=90)

    assert len(looks.frame_times_s(target)) == len(looks.frame_times_s(clips(name)))


def test_surround_sound_becomes_stereo(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    downscaled(tool, clips("surround.mkv"), target)

    assert looks.stream(target, "audio")["channels"] == 2


def test_a_stream_that_starts_in_the_middle_is_encoded(
    tool: FfmpegTool, clips: Clips, tmp_path: Path, target: Path
) -> None:
    whole = clips("broadcast.ts").read_bytes()
    late = tmp_path / "late.ts"
    late.write_bytes(whole[188 * (len(whole) // 188 // 3) :])
    media = tool.probe(late, NotedProgress())

    tool.downscale(late, media, Rendition(1080), target, NotedProgress())

    assert looks.stream(target, "video")["height"] == 180


@pytest.mark.parametrize("max_height", [1080, 180])
def test_the_senders_tags_are_left_out_but_the_language_stays(
    tool: FfmpegTool, clips: Clips, target: Path, max_height: int
) -> None:
    downscaled(tool, clips("tagged_sound.mp4"), target, max_height)

    assert not {"location", "title"} & set(looks.format_tags(target))
    assert looks.stream(target, "audio")["tags"]["language"] == "fra"


def test_progress_moves_while_the_picture_is_encoded(tool: FfmpegTool, clips: Clips, target: Path) -> None:
    media = tool.probe(clips("large.mp4"), NotedProgress())
    progress = NotedProgress()

    tool.downscale(clips("large.mp4"), media, Rendition(180), target, progress)

    assert progress.fractions
    assert progress.fractions == sorted(progress.fractions)
    assert 0.9 < progress.fractions[-1] <= 1


def _turn(picture: bytes, side: int, quarter_turns: int) -> bytes:
    """Square grey picture rotated clockwise."""
    rows = [picture[start : start + side] for start in range(0, side * side, side)]
    for _ in range(quarter_turns):
        rows = [bytes(column) for column in zip(*rows[::-1], strict=True)]
    return b"".join(rows)
