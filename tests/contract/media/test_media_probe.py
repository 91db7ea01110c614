"""Probe: properties of good sources and refusals of bad ones, with the real FFmpeg."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.ffmpeg.tool import FfmpegTool
from domain.errors import (
    NoVideoStream,
    SenderError,
    SourceEmpty,
    SourceTooLarge,
    SourceTooLong,
    SourceTruncated,
    SourceTypeUnsupported,
    SourceUnreadable,
)
from domain.media.source import Ratio
from tests.contract.media.progress import NotedProgress
from tests.contract.media.recipes import Clips, ffmpeg, turned


def test_a_plain_video_is_described_exactly(tool: FfmpegTool, clips: Clips) -> None:
    media = tool.probe(clips("plain.mp4"), NotedProgress())

    assert media.container == "mov,mp4,m4a,3gp,3g2,mj2"
    assert media.duration_us == 2_000_000
    assert media.size_bytes == clips("plain.mp4").stat().st_size
    assert (media.picture.codec, media.picture.pixel_format) == ("h264", "yuv420p")
    assert (media.picture.width, media.picture.height) == (320, 180)
    assert media.picture.frame_rate == Ratio(25)
    assert media.picture.constant_frame_rate
    assert media.sound is not None
    assert (media.sound.codec, media.sound.channels, media.sound.sample_rate_hz) == ("aac", 1, 44100)


def test_a_broadcast_rate_stays_an_exact_fraction(tool: FfmpegTool, clips: Clips) -> None:
    assert tool.probe(clips("ntsc.mp4"), NotedProgress()).picture.frame_rate == Ratio(30000, 1001)


def test_a_video_without_sound_has_none(tool: FfmpegTool, clips: Clips) -> None:
    assert tool.probe(clips("mute.mp4"), NotedProgress()).sound is None


@pytest.mark.parametrize(("quarter_turns", "degrees"), [(1, 90), (2, 180), (3, 270)])
def test_a_rotation_is_reported_clockwise(
    tool: FfmpegTool, clips: Clips, tmp_path: Path, quarter_turns: int, degrees: int
) -> None:
    media = tool.probe(turned(clips("plain.mp4"), quarter_turns, tmp_path / "turned.mp4"), NotedProgress())

    assert media.picture.rotation_degrees == degrees
    displayed = (media.picture.display_width, media.picture.display_height)
    assert displayed == ((320, 180) if degrees == 180 else (180, 320))


def test_a_variable_frame_rate_is_detected(tool: FfmpegTool, clips: Clips) -> None:
    assert not tool.probe(clips("vfr.mp4"), NotedProgress()).picture.constant_frame_rate


def test_ten_bits_are_detected(tool: FfmpegTool, clips: Clips) -> None:
    picture = tool.probe(clips("deep.mkv"), NotedProgress()).picture

    assert (picture.codec, picture.pixel_format, picture.bit_depth) == ("hevc", "yuv420p10le", 10)


def test_the_transfer_function_of_hdr_is_reported(tool: FfmpegTool, clips: Clips) -> None:
    assert tool.probe(clips("hdr.mkv"), NotedProgress()).picture.color_transfer == "smpte2084"


def test_wide_pixels_count_in_the_displayed_size(tool: FfmpegTool, clips: Clips) -> None:
    picture = tool.probe(clips("wide_pixels.mp4"), NotedProgress()).picture

    assert picture.sample_aspect == Ratio(4, 3)
    assert (picture.display_width, picture.display_height) == (427, 240)


def test_the_largest_picture_and_the_default_sound_are_chosen(tool: FfmpegTool, clips: Clips) -> None:
    media = tool.probe(clips("two_pictures.mkv"), NotedProgress())

    assert (media.picture.index, media.picture.width) == (1, 320)
    assert media.sound is not None
    assert (media.sound.index, media.sound.language) == (3, "fra")


@pytest.mark.parametrize(("name", "duration_us"), [("short.mp4", 500_000), ("one_frame.mp4", 40_000)])
def test_a_very_short_video_is_accepted(tool: FfmpegTool, clips: Clips, name: str, duration_us: int) -> None:
    assert abs(tool.probe(clips(name), NotedProgress()).duration_us - duration_us) <= 40_000


def test_a_stream_that_starts_in_the_middle_is_accepted(
    tool: FfmpegTool, clips: Clips, tmp_path: Path
) -> None:
    whole = clips("broadcast.ts").read_bytes()
    (tmp_path / "late.ts").write_bytes(whole[188 * (len(whole) // 188 // 3) :])

    media = tool.probe(tmp_path / "late.ts", NotedProgress())

    assert media.container == "mpegts"
    assert 1_500_000 < media.duration_us < 3_500_000


def test_progress_reaches_the_end(tool: FfmpegTool, clips: Clips) -> None:
    progress = NotedProgress()

    tool.probe(clips("plain.mp4"), progress)

    assert progress.fractions == sorted(progress.fractions)
    assert progress.fractions[-1] > 0.9


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("name", ["faststart.mp4", "plain.mp4", "deep.mkv", "full_range.avi"])
def test_a_file_that_is_cut_short_is_refused(
    tool: FfmpegTool, clips: Clips, tmp_path: Path, name: str, share: float
) -> None:
    whole = clips(name).read_bytes()
    cut = tmp_path / name
    cut.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(SourceTruncated, match="cut short"):
        tool.probe(cut, NotedProgress())


def test_an_empty_file_is_refused(tool: FfmpegTool, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"")

    with pytest.raises(SourceEmpty):
        tool.probe(tmp_path / "source", NotedProgress())


def test_sound_alone_is_refused(tool: FfmpegTool, clips: Clips) -> None:
    with pytest.raises(NoVideoStream, match="no video stream"):
        tool.probe(clips("sound_only.mp4"), NotedProgress())


def test_sound_with_a_cover_picture_is_refused(tool: FfmpegTool, clips: Clips, tmp_path: Path) -> None:
    cover, song = tmp_path / "cover.png", tmp_path / "song.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", str(cover))
    attach = ["-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic"]
    ffmpeg("-i", str(clips("sound_only.mp4")), "-i", str(cover), *attach, str(song))

    with pytest.raises(NoVideoStream, match="still picture"):
        tool.probe(song, NotedProgress())


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile 'file:///etc/hostname'\n",
        b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>",
        b"1\n00:00:00,000 --> 00:00:01,000\nHello\n",
        b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x44\xac\x00\x00"
        b"\x88\x58\x01\x00\x02\x00\x10\x00data\x00\x00\x00\x00",
    ],
)
def test_a_script_or_other_kind_in_disguise_is_refused(
    tool: FfmpegTool, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "film.mp4").write_bytes(content)

    with pytest.raises((SourceTypeUnsupported, SourceUnreadable)) as refusal:
        tool.probe(tmp_path / "film.mp4", NotedProgress())
    assert str(tmp_path) not in str(refusal.value)


def test_an_image_is_refused(tool: FfmpegTool, tmp_path: Path) -> None:
    image = tmp_path / "image.png"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", str(image))

    with pytest.raises(SourceTypeUnsupported):
        tool.probe(image, NotedProgress())


@pytest.mark.parametrize(
    "content", [b"Just some words, long enough to be looked at.\n" * 50, bytes(range(256)) * 64]
)
def test_text_and_noise_are_refused(tool: FfmpegTool, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "film.mp4").write_bytes(content)

    with pytest.raises(SenderError):
        tool.probe(tmp_path / "film.mp4", NotedProgress())


def test_a_name_that_looks_like_an_option_is_only_a_name(
    tool: FfmpegTool, clips: Clips, tmp_path: Path
) -> None:
    hostile = tmp_path / "-i file:x; rm 'y' %d.mp4"
    hostile.write_bytes(clips("plain.mp4").read_bytes())

    assert tool.probe(hostile, NotedProgress()).duration_us == 2_000_000


def test_a_video_longer_than_allowed_is_refused(clips: Clips) -> None:
    strict = FfmpegTool(EncodeRecipe(), MediaLimits(max_duration_s=1), RunLimits())

    with pytest.raises(SourceTooLong):
        strict.probe(clips("plain.mp4"), NotedProgress())


def test_a_length_that_the_header_does_not_state_is_found_by_reading(clips: Clips) -> None:
    strict = FfmpegTool(EncodeRecipe(), MediaLimits(max_duration_s=3), RunLimits())

    with pytest.raises(SourceTooLong):
        strict.probe(clips("unstated.mkv"), NotedProgress())


def test_a_picture_larger_than_allowed_is_refused(clips: Clips) -> None:
    strict = FfmpegTool(EncodeRecipe(), MediaLimits(max_pixels=100 * 100), RunLimits())

    with pytest.raises(SourceTooLarge):
        strict.probe(clips("plain.mp4"), NotedProgress())


def test_more_streams_than_allowed_are_refused(clips: Clips) -> None:
    strict = FfmpegTool(EncodeRecipe(), MediaLimits(max_streams=3), RunLimits())

    with pytest.raises(SenderError):
        strict.probe(clips("two_pictures.mkv"), NotedProgress())


def test_a_huge_gap_between_timestamps_counts_as_running_time(tool: FfmpegTool, clips: Clips) -> None:
    with pytest.raises(SourceTooLong):
        tool.probe(clips("days_of_nothing.mkv"), NotedProgress())
