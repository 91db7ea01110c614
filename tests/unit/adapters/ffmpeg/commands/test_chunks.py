"""Command lines of chunked encoding, word for word."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from adapters.ffmpeg.commands import chunks
from domain.media.chunks import Chunk, FrameClock
from domain.media.rendition import Rendition
from domain.media.source import Ratio
from tests.unit.adapters.ffmpeg.commands.test_encode import (
    FRONT,
    HARDENED,
    LIMITS,
    MEDIA,
    MP4,
    RECIPE,
    SOURCE,
    TARGET,
)

CLOCK = FrameClock(Ratio(1, 12800), 512)
CHUNK = Chunk(index=1, start_pts=154112, end_pts=307712, frames=300, seek_us=10_200_000)


def chunk_argv(srt_path: Path | None) -> list[str]:
    return list(
        chunks.encode_chunk(
            SOURCE, MEDIA, Rendition(1080), CLOCK, CHUNK, srt_path, RECIPE, TARGET, LIMITS, tone_map=False
        )
    )


def test_a_chunk_is_cut_by_the_sources_own_clock_and_starts_at_zero() -> None:
    assert chunk_argv(None) == [
        *FRONT,
        *HARDENED[:2], "-copyts", *HARDENED[2:8], "-noaccurate_seek", *HARDENED[8:],
        "-seek_timestamp", "1", "-ss", "10.200000", "-i", "file:/scratch/source",
        "-filter_complex",
        "[0:0]trim=end_pts=307712:start_pts=154112[s0];[s0]setpts=PTS-(512)[s1];"
        "[s1]scale=1920:1080:out_range=tv[s2];[s2]setsar=1[s3];[s3]format=yuv420p[s4];"
        "[s4]setpts=PTS-(153600)[s5]",
        "-map", "[s5]", "-f", "mp4", "-c:v", "libx264", "-crf", "23", "-fps_mode", "vfr",
        *MP4, "-preset", "medium", "-threads", "0", "file:/scratch/made.mp4",
    ]  # fmt: skip


def test_cues_are_drawn_while_frames_still_have_their_media_time() -> None:
    graph = chunk_argv(Path("/scratch/cues.ass"))
    [drawn] = [words for words in graph if "ass=" in words]

    assert drawn.index("setpts=PTS-(512)") < drawn.index("ass=") < drawn.index("setpts=PTS-(153600)")


def test_the_sound_is_encoded_whole() -> None:
    assert list(chunks.encode_sound(SOURCE, MEDIA, RECIPE, TARGET, LIMITS)) == [
        *FRONT, *HARDENED, "-i", "file:/scratch/source",
        "-filter_complex", "[0:1]aresample=async=1:first_pts=0:min_hard_comp=0.02[s0]",
        "-map", "[s0]", "-f", "mp4", "-ac", "2", "-b:a", "128k", "-c:a", "aac",
        *MP4[:4], "-metadata:s:a:0", "language=fra", *MP4[4:], "file:/scratch/made.mp4",
    ]  # fmt: skip


def test_the_list_has_the_distance_from_each_chunk_to_the_next() -> None:
    assert chunks.chunk_list(["a.mp4", "b.mp4"], [Fraction(0), Fraction(360 * 1001, 30000)]) == (
        "ffconcat version 1.0\nfile a.mp4\nduration 12.012000\nfile b.mp4\n"
    )


def test_joining_copies_and_reads_nothing_but_the_list_and_its_files() -> None:
    mute = replace(MEDIA, sound=None)

    assert list(
        chunks.join_chunks(Path("/scratch/list.ffconcat"), 23_222, None, mute, TARGET, LIMITS)
    ) == [
        *FRONT, "-f", "concat", "-format_whitelist", "concat,mov,mp4,m4a,3gp,3g2,mj2",
        "-itsoffset", "0.023222", "-protocol_whitelist", "file", "-i", "file:/scratch/list.ffconcat",
        "-map", "0:v:0", "-f", "mp4", "-c", "copy", *MP4, "file:/scratch/made.mp4",
    ]  # fmt: skip
