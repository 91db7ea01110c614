"""Every FFmpeg command line, word for word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.ffmpeg import frames
from adapters.ffmpeg.commands import encode, subtitles
from adapters.ffmpeg.commands.input_options import (
    FORMATS,
    PICTURE_CODECS,
    SOUND_CODECS,
    flat,
    source_options,
)
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits
from domain.media.rendition import Rendition
from domain.media.source import PictureStream, Ratio, SoundStream, SourceMedia

SOURCE = Path("/scratch/source")
TARGET = Path("/scratch/made.mp4")
LIMITS = MediaLimits()
RECIPE = EncodeRecipe()
PICTURE = PictureStream(0, "hevc", "yuv420p", 3840, 2160, Ratio(25))
SOUND = SoundStream(1, "ac3", 6, 48000, "fra")
MEDIA = SourceMedia("mov,mp4,m4a,3gp,3g2,mj2", 2_000_000, 1000, PICTURE, SOUND)
MUTE = replace(MEDIA, sound=None)

CODECS = source_options(LIMITS)["codec_whitelist"]
FRONT = ["ffmpeg", "-hide_banner", "-v", "error", "-nostdin", "-y", "-progress", "pipe:SIDE"]
HARDENED = [
    "-codec_whitelist", CODECS,
    "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts",
    "-max_pixels", "35389440",
    "-max_streams", "64",
    "-protocol_whitelist", "file",
]  # fmt: skip
MP4 = ["-map_chapters", "-1", "-map_metadata", "-1", "-movflags", "+faststart"]


def test_the_whitelists_have_common_formats_and_none_that_opens_other_files() -> None:
    assert {"h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "mjpeg", "prores"} <= PICTURE_CODECS
    assert {"aac", "mp3", "opus", "vorbis", "flac", "ac3", "eac3", "alac", "pcm_s16le"} <= SOUND_CODECS
    assert {"libdav1d", "mp3float", "mov_text", "subrip", "png"} <= set(str(CODECS).split(","))
    assert not {"hls", "concat", "dash", "lavfi", "image2", "tty", "sdp"} & set(FORMATS)


def test_ffprobe_is_hardened_in_the_same_way() -> None:
    words = flat(source_options(LIMITS))

    pairs = list(zip(words[::2], words[1::2], strict=True))
    assert sorted(pairs) == sorted(zip(HARDENED[::2], HARDENED[1::2], strict=True))


def test_the_whole_file_is_read_without_decoding_and_any_fault_counts() -> None:
    assert list(encode.demux_whole(SOURCE, MEDIA, LIMITS)) == [
        *FRONT, *HARDENED, "-xerror", "-i", "file:/scratch/source",
        "-map", "0:0", "-map", "0:1", "-f", "null", "-c", "copy", "-",
    ]  # fmt: skip


def test_a_broadcast_recording_may_have_lost_packets() -> None:
    assert "-xerror" not in encode.demux_whole(SOURCE, replace(MEDIA, container="mpegts"), LIMITS)


def test_a_downscale_scales_makes_pixels_square_and_encodes() -> None:
    argv = encode.downscale(SOURCE, MEDIA, Rendition(1080), RECIPE, TARGET, LIMITS, tone_map=True)

    assert list(argv) == [
        *FRONT, *HARDENED, "-i", "file:/scratch/source",
        "-filter_complex",
        "[0:0]scale=1920:1080:out_range=tv[s0];[s0]setsar=1[s1];[s1]format=yuv420p[s2];"
        "[0:1]aresample=async=1:first_pts=0:min_hard_comp=0.02[s3]",
        "-map", "[s2]", "-map", "[s3]", "-f", "mp4",
        "-ac", "2", "-b:a", "128k", "-c:a", "aac", "-c:v", "libx264", "-crf", "23", "-fps_mode", "vfr",
        *MP4[:4], "-metadata:s:a:0", "language=fra", *MP4[4:], "-preset", "medium", "-threads", "0",
        "file:/scratch/made.mp4",
    ]  # fmt: skip


def test_a_silent_source_of_variable_rate_keeps_its_exact_times() -> None:
    varying = replace(MUTE, picture=replace(PICTURE, constant_frame_rate=False))

    argv = encode.downscale(SOURCE, varying, Rendition(1080), RECIPE, TARGET, LIMITS, tone_map=False)

    assert list(argv) == [
        *FRONT, *HARDENED, "-i", "file:/scratch/source",
        "-filter_complex",
        "[0:0]scale=1920:1080:out_range=tv[s0];[s0]setsar=1[s1];[s1]format=yuv420p[s2]",
        "-map", "[s2]", "-f", "mp4",
        "-c:v", "libx264", "-crf", "23", "-enc_time_base:v", "1:90000", "-fps_mode", "vfr",
        *MP4, "-preset", "medium", "-threads", "0", "file:/scratch/made.mp4",
    ]  # fmt: skip


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_high_dynamic_range_is_mapped_in_linear_light(transfer: str) -> None:
    bright = replace(MUTE, picture=replace(PICTURE, color_transfer=transfer, bit_depth=10))

    argv = encode.downscale(SOURCE, bright, Rendition(1080), RECIPE, TARGET, LIMITS, tone_map=True)

    assert argv[argv.index("-filter_complex") + 1] == (
        "[0:0]scale=1920:1080:out_range=tv[s0];[s0]setsar=1[s1];"
        f"[s1]zscale=matrixin=bt2020nc:npl=100:primariesin=bt2020:transfer=linear:transferin={transfer}[s2];"
        "[s2]format=gbrpf32le[s3];[s3]zscale=primaries=bt709[s4];[s4]tonemap=hable:desat=0[s5];"
        "[s5]zscale=matrix=bt709:range=tv:transfer=bt709[s6];[s6]format=yuv420p[s7]"
    )


def test_high_dynamic_range_is_only_made_eight_bit_where_zscale_is_missing() -> None:
    bright = replace(MUTE, picture=replace(PICTURE, color_transfer="smpte2084", bit_depth=10))

    argv = encode.downscale(SOURCE, bright, Rendition(1080), RECIPE, TARGET, LIMITS, tone_map=False)

    assert "zscale" not in " ".join(argv)


def test_a_conforming_source_is_copied() -> None:
    assert list(encode.copy_all(SOURCE, MEDIA, TARGET, LIMITS)) == [
        *FRONT, *HARDENED, "-i", "file:/scratch/source", "-map", "0:0", "-map", "0:1", "-f", "mp4",
        "-c", "copy", *MP4[:4], "-metadata:s:a:0", "language=fra", *MP4[4:], "file:/scratch/made.mp4",
    ]  # fmt: skip


def test_the_picture_alone_is_copied() -> None:
    assert list(encode.copy_picture(SOURCE, MEDIA, RECIPE, TARGET, LIMITS)) == [
        *FRONT, *HARDENED, "-i", "file:/scratch/source",
        "-filter_complex", "[0:1]aresample=async=1:first_pts=0:min_hard_comp=0.02[s0]",
        "-map", "0:0", "-map", "[s0]", "-f", "mp4",
        "-ac", "2", "-b:a", "128k", "-c:a", "aac", "-c:v", "copy",
        *MP4[:4], "-metadata:s:a:0", "language=fra", *MP4[4:], "file:/scratch/made.mp4",
    ]  # fmt: skip


def test_the_sound_for_speech_is_as_long_as_the_media_to_the_sample() -> None:
    assert list(encode.speech_pcm(SOURCE, MEDIA, Path("/scratch/sound.pcm"), LIMITS)) == [
        *FRONT, *HARDENED, "-i", "file:/scratch/source",
        "-filter_complex",
        "[0:1]aresample=async=1:first_pts=0:min_hard_comp=0.02[s0];"
        "[s0]aformat=channel_layouts=mono:sample_fmts=s16:sample_rates=16000[s1];"
        "[s1]apad=whole_len=32000[s2];[s2]atrim=end_sample=32000[s3]",
        "-map", "[s3]", "-f", "s16le", "-c:a", "pcm_s16le", "file:/scratch/sound.pcm",
    ]  # fmt: skip


def test_a_source_without_sound_has_no_speech() -> None:
    with pytest.raises(ValueError, match="without sound"):
        encode.speech_pcm(SOURCE, MUTE, TARGET, LIMITS)


def test_cues_are_muxed_as_a_default_track() -> None:
    argv = subtitles.mux_subtitles(Path("/scratch/p.mp4"), Path("/scratch/c.srt"), "fr", TARGET, LIMITS)

    assert list(argv) == [
        *FRONT, *HARDENED, "-i", "file:/scratch/p.mp4",
        "-f", "srt", "-format_whitelist", "srt", "-protocol_whitelist", "file", "-i", "file:/scratch/c.srt",
        "-map", "0:v:0", "-map", "0:a?", "-map", "1:s:0", "-f", "mp4", "-c", "copy", "-c:s", "mov_text",
        "-disposition:s:0", "default", "-metadata:s:s:0", "language=fra", "-movflags", "+faststart",
        "file:/scratch/made.mp4",
    ]  # fmt: skip


def test_a_video_without_cues_is_copied() -> None:
    assert list(subtitles.copy_video(Path("/scratch/p.mp4"), TARGET, LIMITS)) == [
        *FRONT, *HARDENED, "-i", "file:/scratch/p.mp4",
        "-map", "0:v:0", "-map", "0:a?", "-f", "mp4", "-c", "copy", "-movflags", "+faststart",
        "file:/scratch/made.mp4",
    ]  # fmt: skip


def test_cues_are_drawn_after_the_scaling_in_the_same_pass() -> None:
    argv = subtitles.burn_subtitles(
        SOURCE, MUTE, Rendition(1080), Path("/scratch/a:b.ass"), RECIPE, TARGET, LIMITS, tone_map=False
    )

    assert argv[argv.index("-filter_complex") + 1] == (
        "[0:0]scale=1920:1080:out_range=tv[s0];[s0]setsar=1[s1];[s1]format=yuv420p[s2];"
        "[s2]ass=filename=/scratch/a\\\\:b.ass:shaping=complex[s3]"
    )
    assert argv[argv.index("-map") + 1] == "[s3]"


@pytest.mark.parametrize(
    ("language", "tag"),
    [
        ("fr", "fra"),
        ("en", "eng"),
        ("zh", "zho"),
        ("jw", "jav"),
        ("haw", "haw"),
        ("xx", "und"),
        (None, "und"),
    ],
)
def test_a_track_carries_the_three_letter_code(language: str | None, tag: str) -> None:
    assert subtitles.track_language(language) == tag


@pytest.mark.parametrize(("keys_only", "decoder_options", "step"), [
    (True, ["-protocol_whitelist", "file", "-skip_frame", "nokey"], "0.75"),
    (False, ["-protocol_whitelist", "file", "-skip_frame", "noref", "-skip_loop_filter", "all"], "0.999"),
])  # fmt: skip
def test_frames_are_sampled_with_their_times_beside_them(
    keys_only: bool, decoder_options: list[str], step: str
) -> None:
    argv = frames.sample_frames(SOURCE, MEDIA, frames.Sampling(), (640, 360), LIMITS, keys_only=keys_only)

    output = [
        "-c:v", "rawvideo", "-enc_time_base:v", "1:1000000", "-flush_packets", "1",
        "-fps_mode", "passthrough",
    ]  # fmt: skip
    assert list(argv) == [
        *FRONT[:-2], *HARDENED[:-2], *decoder_options, "-i", "file:/scratch/source",
        "-filter_complex",
        f"[0:0]select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,{step})[s0];"
        "[s0]scale=640:360:flags=area[s1];[s1]format=rgb24[s2];[s2]split=2[s3][s4]",
        "-map", "[s3]", "-f", "rawvideo", *output, "pipe:1",
        "-map", "[s4]", "-f", "framecrc", *output, "pipe:SIDE",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "time_us"),
    [
        ("1.040000,K_", 1_040_000),
        ("1.080000,__", None),
        ("N/A,K_", None),
        ("-0.040000,K__", -40_000),
        ("", None),
    ],
)
def test_key_frames_are_read_from_packet_lines(line: str, time_us: int | None) -> None:
    assert frames.key_frame_time_us(line) == time_us


@pytest.mark.parametrize(
    ("picture", "size"),
    [
        (PICTURE, (640, 360)),
        (replace(PICTURE, rotation_degrees=90), (202, 360)),
        (replace(PICTURE, width=320, height=180), (320, 180)),
        (replace(PICTURE, sample_aspect=Ratio(2)), (640, 180)),
    ],
)
def test_a_frame_fits_its_box(picture: PictureStream, size: tuple[int, int]) -> None:
    assert frames.fit_box(replace(MEDIA, picture=picture), 640, 360) == size
