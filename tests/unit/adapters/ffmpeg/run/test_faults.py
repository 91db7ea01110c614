"""Classification of failed runs, copy rules of sources, and checks of finished files."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.ffmpeg import doctor
from adapters.ffmpeg.commands import subtitles
from adapters.ffmpeg.inspect import verify
from adapters.ffmpeg.inspect.conformity import conforms, picture_conforms
from adapters.ffmpeg.inspect.ffprobe_report import parse_report
from adapters.ffmpeg.inspect.mp4_boxes import ends_inside_a_box, starts_with_a_box
from adapters.ffmpeg.run.faults import classify
from domain.errors import (
    ArtifactMismatch,
    MediaToolFailed,
    PipelineError,
    ScratchFull,
    SourceTooLarge,
    SourceTruncated,
    SourceTypeUnsupported,
    SourceUnreadable,
)
from domain.media.rendition import Rendition
from domain.media.source import PictureStream, Ratio, SoundStream, SourceMedia

PICTURE = PictureStream(0, "h264", "yuv420p", 1920, 1080, Ratio(25))
SOUND = SoundStream(1, "aac", 2, 48000)
MEDIA = SourceMedia("mov,mp4,m4a,3gp,3g2,mj2", 2_000_000, 1000, PICTURE, SOUND)


@pytest.mark.parametrize(
    ("exit_code", "line", "fault"),
    [
        (1, "[mov,mp4 @ 0x55d1] moov atom not found", SourceTruncated),
        (1, "[mov,mp4 @ 0x55d1] stream 0, offset 0x1f4: partial file", SourceTruncated),
        (1, "file:/scratch/x: corrupt input packet in stream 0", SourceTruncated),
        (1, "file:/scratch/x: Invalid data found when processing input", SourceUnreadable),
        (1, "[avi @ 0x1] Format not on whitelist 'mov'", SourceTypeUnsupported),
        (1, "[libx264 @ 0x1] malloc of size 99 failed: Cannot allocate memory", SourceTooLarge),
        (1, "av_interleaved_write_frame(): No space left on device", ScratchFull),
        (1, "Something that nobody has seen before", MediaToolFailed),
        (1, "file:/scratch/x: End of file", SourceUnreadable),
        (126, "confinement: Landlock: Invalid argument", MediaToolFailed),
        (1, "confinement: Invalid argument", SourceUnreadable),
        (-11, "", MediaToolFailed),
        (-25, "", SourceTooLarge),
    ],
)
def test_the_fault_is_classified_by_exit_code_and_lines(
    exit_code: int, line: str, fault: type[PipelineError]
) -> None:
    verdict = classify(exit_code, ["", line], cpu_limit_reached=False, reads_source=True)

    assert type(verdict) is fault


def test_a_message_has_neither_paths_nor_addresses() -> None:
    line = "[mov @ 0x55d1] [x @ 0x2] file:/scratch/secret/x: Invalid data found when processing input"

    message = str(classify(1, [line], cpu_limit_reached=False, reads_source=True))

    assert message == (
        "The file can't be read as a video. FFmpeg says: the file: Invalid data found when processing input"
    )


def test_a_fault_in_the_pipelines_own_file_is_never_the_senders() -> None:
    verdict = classify(1, ["moov atom not found"], cpu_limit_reached=False, reads_source=False)

    assert type(verdict) is MediaToolFailed


def test_a_source_conforms_in_every_point_or_not_at_all() -> None:
    assert conforms(MEDIA, Rendition(1080))
    assert conforms(replace(MEDIA, sound=None), Rendition(1080))


@pytest.mark.parametrize(
    "picture",
    [
        replace(PICTURE, codec="hevc"),
        replace(PICTURE, pixel_format="yuvj420p"),
        replace(PICTURE, pixel_format="yuv420p10le", bit_depth=10),
        replace(PICTURE, profile="High 4:4:4 Predictive"),
        replace(PICTURE, height=1082),
        replace(PICTURE, width=1919),
        replace(PICTURE, height=719),
        replace(PICTURE, rotation_degrees=180),
        replace(PICTURE, sample_aspect=Ratio(4, 3)),
    ],
)
def test_a_picture_that_differs_is_encoded(picture: PictureStream) -> None:
    assert not picture_conforms(replace(MEDIA, picture=picture), Rendition(1080))


def test_other_containers_and_other_sound_do_not_conform() -> None:
    assert not picture_conforms(replace(MEDIA, container="matroska,webm"), Rendition(1080))
    other_sound = replace(MEDIA, sound=replace(SOUND, codec="mp3"))
    assert picture_conforms(other_sound, Rendition(1080))
    assert not conforms(other_sound, Rendition(1080))


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


@pytest.mark.parametrize(
    ("content", "cut"),
    [
        (box(b"ftyp", b"isom") + box(b"mdat", b"x" * 50), False),
        (box(b"ftyp", b"isom") + box(b"mdat", b"x" * 50)[:-1], True),
        (box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", 66) + b"x" * 50, False),
        (box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", 67) + b"x" * 50, True),
        (box(b"ftyp", b"isom") + struct.pack(">I4s", 0, b"mdat") + b"to the end", False),
        (box(b"ftyp", b"isom") + b"\x00\x00\x00\x03junk", False),
        (box(b"ftyp", b"isom") + b"PK\x03\x04 a ZIP archive", False),
        (b"", False),
    ],
)
def test_a_box_longer_than_the_file_is_found(tmp_path: Path, content: bytes, cut: bool) -> None:
    (tmp_path / "x").write_bytes(content)

    assert ends_inside_a_box(tmp_path / "x") is cut


def test_an_mp4_is_distinguished_from_text(tmp_path: Path) -> None:
    (tmp_path / "mp4").write_bytes(box(b"ftyp", b"isom"))
    (tmp_path / "text").write_bytes(b"just a text")

    assert starts_with_a_box(tmp_path / "mp4")
    assert not starts_with_a_box(tmp_path / "text")


@pytest.mark.parametrize(
    ("text", "cues"), [("", False), ("\n\n", False), ("1\n00:00:00,000 --> 00:00:01,000\nHi\n", True)]
)
def test_cues_are_detected(tmp_path: Path, text: str, cues: bool) -> None:
    (tmp_path / "x.srt").write_text(text, encoding="utf-8")

    assert subtitles.has_cues(tmp_path / "x.srt") is cues


MADE = """{"format": {"format_name": "mov,mp4"}, "streams": [
  {"index": 0, "codec_type": "video", "codec_name": "h264", "pix_fmt": "yuv420p", "width": 1280,
   "height": 720, "avg_frame_rate": "25/1", "r_frame_rate": "25/1", "duration": "DURATION"},
  {"index": 1, "codec_type": "audio", "codec_name": "aac", "channels": 2, "sample_rate": "48000",
   "start_time": "0", "duration": "2.000000"}]}"""


def check(
    duration_s: str = "2.000000",
    *,
    size: tuple[int, int] = (1280, 720),
    sound: SoundStream | None = SOUND,
    subtitles: int = 0,
) -> None:
    made = parse_report(MADE.replace("DURATION", duration_s))
    verify.check_video(
        made, duration_us=2_000_000, picture=PICTURE, sound=sound, size=size, subtitles=subtitles
    )


@pytest.mark.parametrize("duration_s", ["2.000000", "2.040000", "1.960000", "2.080000"])
def test_a_video_may_be_a_frame_longer_or_shorter(duration_s: str) -> None:
    check(duration_s)


def test_a_video_of_another_length_size_or_content_is_refused() -> None:
    with pytest.raises(ArtifactMismatch, match=r"2\.100 s instead of 2\.000 s"):
        check("2.100000")
    with pytest.raises(ArtifactMismatch, match="1280x720 pixels instead of 1920x1080"):
        check(size=(1920, 1080))
    with pytest.raises(ArtifactMismatch, match="gained sound"):
        check(sound=None)
    with pytest.raises(ArtifactMismatch, match="0 subtitle tracks instead of 1"):
        check(subtitles=1)


def test_sound_of_another_length_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pcm").write_bytes(bytes(32000))

    verify.check_speech(tmp_path / "x.pcm", 16000)
    with pytest.raises(ArtifactMismatch, match=r"1\.000 s instead of 2\.000 s"):
        verify.check_speech(tmp_path / "x.pcm", 32000)


def test_a_full_ffmpeg_has_all_components() -> None:
    assert doctor.missing_components() == []


def test_a_missing_ffmpeg_is_reported_with_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    [complaint] = doctor.missing_components()
    assert "install FFmpeg" in complaint


def test_each_missing_component_of_ffmpeg_is_reported() -> None:
    complaints = doctor.missing_from(
        "ffmpeg version 4.4.2-0ubuntu0 Copyright", " ... scale V->V x", " V..... png x"
    )

    assert any("lacks the filter subtitles" in complaint for complaint in complaints)
    assert any("lacks the encoder libx264" in complaint for complaint in complaints)
    assert any("4.4.2-0ubuntu0; 5.1 or newer" in complaint for complaint in complaints)
