"""Parser of ffprobe's report, with broken and hostile reports."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ffmpeg.inspect import ffprobe_report
from adapters.ffmpeg.settings import MediaLimits
from domain.errors import (
    NoVideoStream,
    SenderError,
    SourceTooLarge,
    SourceTooLong,
    SourceTypeUnsupported,
    SourceUnreadable,
)
from domain.media.source import PictureStream, Ratio, SoundStream

PICTURE: dict[str, Any] = {
    "index": 0, "codec_name": "h264", "codec_type": "video", "profile": "High", "width": 1920, "height": 1080,
    "pix_fmt": "yuv420p", "r_frame_rate": "30000/1001", "avg_frame_rate": "30000/1001",
    "sample_aspect_ratio": "1:1", "start_time": "0.000000", "duration": "10.010000",
    "disposition": {"default": 1, "attached_pic": 0},
}  # fmt: skip
SOUND: dict[str, Any] = {
    "index": 1, "codec_name": "aac", "codec_type": "audio", "channels": 2, "sample_rate": "48000",
    "start_time": "0.000000", "duration": "10.005333", "disposition": {"default": 1},
    "tags": {"language": "eng"},
}  # fmt: skip


def report_of(*streams: dict[str, Any], **container: str) -> ffprobe_report.Report:
    container = {"format_name": "mov,mp4", "duration": "10.010000"} | container
    return ffprobe_report.parse_report(json.dumps({"format": container, "streams": list(streams)}))


def picture(**changes: object) -> PictureStream:
    return ffprobe_report.picture_of(report_of(PICTURE | changes), MediaLimits())


def test_a_common_file_is_understood() -> None:
    assert picture() == PictureStream(
        index=0,
        codec="h264",
        pixel_format="yuv420p",
        width=1920,
        height=1080,
        frame_rate=Ratio(30000, 1001),
        profile="High",
    )
    assert ffprobe_report.sound_of(report_of(PICTURE, SOUND)) == SoundStream(1, "aac", 2, 48000, "eng")


@pytest.mark.parametrize(
    ("matrix", "clockwise"), [(-90, 90), (90, 270), (180, 180), (-180, 180), (0, 0), (-90.4, 90), ("x", 0)]
)
def test_a_display_matrix_turns_the_other_way(matrix: object, clockwise: int) -> None:
    side = [{"side_data_type": "Display Matrix", "rotation": matrix}]

    assert picture(side_data_list=side).rotation_degrees == clockwise


@pytest.mark.parametrize(
    ("grid", "average", "rate", "constant"),
    [
        ("25/1", "25/1", Ratio(25), True),
        ("30000/1001", "2997/100", Ratio(30000, 1001), True),
        ("60/1", "29970/1001", Ratio(29970, 1001), False),
        ("90000/1", "24/1", Ratio(24), False),
        ("25/1", "0/0", Ratio(25), True),
        ("0/0", "0/0", Ratio(25), False),
        ("90000/1", "90000/1", Ratio(25), False),
    ],
)
def test_a_rate_is_exact_and_known_to_vary(grid: str, average: str, rate: Ratio, constant: bool) -> None:
    chosen = picture(r_frame_rate=grid, avg_frame_rate=average)

    assert (chosen.frame_rate, chosen.constant_frame_rate) == (rate, constant)


@pytest.mark.parametrize(
    ("pixels", "depth"),
    [
        ("yuv420p", 8),
        ("yuv420p10le", 10),
        ("p010le", 10),
        ("yuv444p12be", 12),
        ("yuvj420p", 8),
        ("gray10le", 10),
    ],
)
def test_the_depth_is_read_from_the_pixel_format(pixels: str, depth: int) -> None:
    assert picture(pix_fmt=pixels).bit_depth == depth


@pytest.mark.parametrize("aspect", ["0:1", "N/A", "1:0", "1000:1", "", "-4:3"])
def test_an_absurd_pixel_shape_counts_as_square(aspect: str) -> None:
    assert picture(sample_aspect_ratio=aspect).sample_aspect == Ratio(1)


def test_a_cover_is_not_a_video() -> None:
    cover = PICTURE | {"codec_name": "mjpeg", "disposition": {"attached_pic": 1}}

    with pytest.raises(NoVideoStream, match="still picture"):
        ffprobe_report.picture_of(report_of(SOUND, cover), MediaLimits())


def test_a_large_cover_does_not_win_over_a_small_video() -> None:
    cover = PICTURE | {"index": 2, "codec_name": "png", "width": 4000, "height": 4000}

    assert ffprobe_report.picture_of(report_of(cover, PICTURE), MediaLimits()).index == 0


def test_sound_that_can_not_be_decoded_is_skipped() -> None:
    spatial = SOUND | {"index": 1, "codec_name": "unknown"}
    plain = SOUND | {"index": 2, "disposition": {"default": 0}}

    sound = ffprobe_report.sound_of(report_of(PICTURE, spatial, plain))
    assert sound is not None
    assert sound.index == 2
    assert ffprobe_report.sound_of(report_of(PICTURE, spatial)) is None


def test_the_default_sound_is_chosen() -> None:
    first = SOUND | {"disposition": {"default": 0}}
    second = SOUND | {"index": 2, "tags": {"language": "fra"}}

    sound = ffprobe_report.sound_of(report_of(PICTURE, first, second))
    assert sound is not None
    assert (sound.index, sound.language) == (2, "fra")


def test_the_running_time_is_that_of_the_chosen_streams() -> None:
    late = SOUND | {"start_time": "0.500000", "duration": "10.000000"}
    subtitles = {"index": 2, "codec_type": "subtitle", "duration": "99.000000"}

    assert (
        ffprobe_report.running_time_us(report_of(PICTURE, late, subtitles, duration="99.0"), [0, 1])
        == 10_500_000
    )


def test_matroska_states_the_running_time_in_a_tag() -> None:
    tagged = {key: value for key, value in PICTURE.items() if key != "duration"}
    tagged["tags"] = {"DURATION": "01:02:03.500000000"}

    assert ffprobe_report.running_time_us(report_of(tagged, duration="1.0"), [0]) == 3_723_500_000


def test_a_stream_without_a_running_time_has_that_of_the_file() -> None:
    bare = {key: value for key, value in PICTURE.items() if key != "duration"}

    assert ffprobe_report.running_time_us(report_of(bare, duration="7.250000"), [0]) == 7_250_000
    assert ffprobe_report.running_time_us(report_of(bare, duration="N/A"), [0]) == 0


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"codec_name": "gif"}, NoVideoStream),
        ({"codec_name": "cdgraphics"}, SourceTypeUnsupported),
        ({"codec_type": "data"}, NoVideoStream),
        ({"width": 0}, SourceUnreadable),
        ({"width": 100_000, "height": 100_000}, SourceTooLarge),
    ],
)
def test_a_picture_that_can_not_be_used_is_refused(
    changes: dict[str, object], fault: type[SenderError]
) -> None:
    with pytest.raises(fault):
        picture(**changes)


def test_a_long_running_time_is_refused() -> None:
    ffprobe_report.check_running_time(21_600_000_000, MediaLimits())
    with pytest.raises(SourceTooLong):
        ffprobe_report.check_running_time(21_600_000_001, MediaLimits())


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"streams": []}', "[" * 100_000])
def test_a_broken_report_is_a_fault_of_the_file(text: str) -> None:
    with pytest.raises(SourceUnreadable):
        ffprobe_report.parse_report(text)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(
        ["0/0", "1/0", "-1", "1e400", "nan", "inf", "9" * 30, "25/1", "99:99:99", "4:3", "video", "h264"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
streams = st.builds(
    lambda base, changes: base | changes,
    st.sampled_from([PICTURE, SOUND]),
    st.dictionaries(st.sampled_from([*PICTURE, *SOUND, "side_data_list"]), anything, max_size=5),
)


@settings(max_examples=300, deadline=None)
@given(root=anything | st.fixed_dictionaries({"format": anything, "streams": st.lists(streams | anything)}))
def test_a_hostile_report_is_understood_or_refused_and_never_breaks_the_reader(root: object) -> None:
    try:
        parsed = ffprobe_report.parse_report(json.dumps(root))
        chosen = ffprobe_report.picture_of(parsed, MediaLimits())
        sound = ffprobe_report.sound_of(parsed)
        ffprobe_report.check_running_time(
            ffprobe_report.running_time_us(parsed, [chosen.index]), MediaLimits()
        )
    except SenderError:
        return
    assert chosen.display_width > 0
    assert chosen.display_height > 0
    assert sound is None or sound.sample_rate_hz > 0
