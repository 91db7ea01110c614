"""A chunked encode has the same frames at the same times as a whole one, with the real FFmpeg."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from adapters.ffmpeg.chunk_tool import ChunkTool
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.ffmpeg.tool import FfmpegTool
from domain.attempts.progress import UnreportedProgress
from domain.errors import ArtifactMismatch, MediaToolFailed
from domain.media.rendition import FrameSize, Rendition
from domain.media.source import SourceMedia
from domain.messages.encode import ChunkPlan
from domain.subtitles.style import CueStyle
from tests.contract.media.looks import stream
from tests.contract.media.recipes import AAC, TONE, ffmpeg, picture

# Lossless, so that equal pictures stay equal; two chunks and a remainder are enough.
LOSSLESS = EncodeRecipe(preset="ultrafast", crf=0)
LONG = ["-f", "lavfi", "-i", "sine=440:d=30"]
ULTRA = ["-preset", "ultrafast", "-pix_fmt", "yuv420p"]
X264 = ["-c:v", "libx264", "-preset", "veryfast"]
FULL = Rendition(1080)
MOVING = picture("160x90", duration="30")
SOURCES: dict[str, list[str]] = {
    "long groups.mp4": [*MOVING, *LONG, "-c:v", "libx264", *ULTRA, "-bf", "3", *AAC],
    "open groups.mkv": [
        *picture("160x90", "30000/1001", "30"), *X264, "-x264-params", "open-gop=1:keyint=120",
    ],
    "variable.mp4": [
        *MOVING, "-vf", "select='not(gt(n,24)*eq(mod(n,3),0))',setpts='PTS+mod(N,4)*0.007/TB'",
        "-fps_mode", "vfr", "-enc_time_base", "1:90000", *X264,
    ],
    "broadcast.ts": [*MOVING, *LONG, *X264, *AAC],
    "late picture.mkv": [
        *LONG, "-itsoffset", "0.5", *picture("160x90", duration="29"), "-map", "1", "-map", "0",
        "-c:v", "libx264", *ULTRA, *AAC,
    ],
    "hevc.mp4": [*MOVING, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"],
    "vp9.webm": [*MOVING, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"],
}  # fmt: skip
CUES = "1\n00:00:10,000 --> 00:00:14,000\nBorder\n\n2\n00:00:28,500 --> 00:00:29,500\nEnd\n"


@pytest.fixture(scope="module")
def long_clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("long")
    for name, words in SOURCES.items():
        ffmpeg(*words, str(folder / name))
    return {name: folder / name for name in SOURCES}


@pytest.fixture(scope="module")
def tool() -> FfmpegTool:
    return FfmpegTool(LOSSLESS, MediaLimits(), RunLimits())


@pytest.fixture(scope="module")
def chunk_tool() -> ChunkTool:
    return ChunkTool(LOSSLESS, MediaLimits(), RunLimits())


def encode_chunks(
    tool: ChunkTool,
    source: Path,
    media: SourceMedia,
    plan: ChunkPlan,
    folder: Path,
    srt: Path | None = None,
    look: Rendition = FULL,
) -> list[Path]:
    assert plan.clock is not None
    paths = [folder / f"part-{chunk.index}.mp4" for chunk in plan.chunks]
    for chunk, path in zip(plan.chunks, paths, strict=True):
        tool.encode_chunk(
            source, media, look, plan.clock, chunk, srt, path, UnreportedProgress(), plain=False
        )
    return paths


def in_chunks(
    tool: ChunkTool,
    source: Path,
    media: SourceMedia,
    folder: Path,
    srt: Path | None = None,
    look: Rendition = FULL,
) -> Path:
    plan = tool.plan(source, media, UnreportedProgress())
    assert len(plan.chunks) >= 2, plan.whole_because
    paths = encode_chunks(tool, source, media, plan, folder, srt, look)
    sound = folder / "sound.m4a" if media.sound else None
    if sound:
        tool.encode_sound(source, media, sound, UnreportedProgress())
    tool.join(paths, plan, media, look, sound, folder / "joined.mp4", UnreportedProgress())
    return folder / "joined.mp4"


def frames(path: Path, kind: str = "v") -> list[tuple[float, str]]:
    """Time and digest of every decoded frame."""
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", f"file:{path}", "-map", f"0:{kind}",
         "-fps_mode", "passthrough", "-f", "framehash", "-hash", "md5", "-"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    [base] = [line.split(": ")[1] for line in done.stdout.splitlines() if line.startswith("#tb 0")]
    above, _, below = base.partition("/")
    cells = [line.split(",") for line in done.stdout.splitlines() if not line.startswith("#")]
    return [(int(cell[2]) * int(above) / int(below), cell[-1].strip()) for cell in cells]


@pytest.mark.parametrize("name", SOURCES)
def test_a_joined_video_has_every_frame_of_an_encode_in_one_run(
    name: str, long_clips: dict[str, Path], tool: FfmpegTool, chunk_tool: ChunkTool, tmp_path: Path
) -> None:
    source = long_clips[name]
    media = tool.probe(source, UnreportedProgress())
    (no_cues := tmp_path / "none.srt").write_text("")
    tool.burn_subtitles(source, media, FULL, no_cues, tmp_path / "whole.mp4", UnreportedProgress())

    joined = frames(in_chunks(chunk_tool, source, media, tmp_path))

    if name != "long groups.mp4":  # that one conforms, so the whole encode copies it
        whole = frames(tmp_path / "whole.mp4")
        assert [digest for _, digest in joined] == [digest for _, digest in whole]
        frame_s = 1 / float(media.picture.frame_rate.fraction)
        # A chunk that begins between two frames may start at either.
        assert max(abs(a - b) for (a, _), (b, _) in zip(joined, whole, strict=True)) <= frame_s / 2 + 0.001
    else:
        assert [digest for _, digest in joined] == [digest for _, digest in frames(source)]


def test_frames_that_an_edit_list_leaves_out_are_not_counted(
    long_clips: dict[str, Path], tool: FfmpegTool, chunk_tool: ChunkTool, tmp_path: Path
) -> None:
    """Such a list is what a cut without encoding leaves behind."""
    source = tmp_path / "cut.mp4"
    ffmpeg("-ss", "3.5", "-i", str(long_clips["hevc.mp4"]), "-c", "copy", str(source))
    media = tool.probe(source, UnreportedProgress())

    plan = chunk_tool.plan(source, media, UnreportedProgress())

    assert plan.chunks == () and plan.whole_because == "it does not begin with a key frame"


def test_a_cue_that_spans_a_border_is_drawn_on_both_sides_exactly(
    long_clips: dict[str, Path], tool: FfmpegTool, chunk_tool: ChunkTool, tmp_path: Path
) -> None:
    source = long_clips["long groups.mp4"]
    media = tool.probe(source, UnreportedProgress())
    srt = tmp_path / "cues.srt"
    srt.write_text(CUES)
    tool.burn_subtitles(source, media, FULL, srt, tmp_path / "whole.mp4", UnreportedProgress())

    joined = frames(in_chunks(chunk_tool, source, media, tmp_path, srt))

    assert joined == frames(tmp_path / "whole.mp4")
    plain = frames(source)
    drawn = [time for (time, one), (_, other) in zip(joined, plain, strict=True) if one != other]
    assert (drawn[0], drawn[-1]) == (10.0, 29.48)
    assert {time for time in drawn if 11.9 < time < 12.1} == {11.92, 11.96, 12.0, 12.04, 12.08}


def test_bars_and_a_style_are_the_same_in_every_chunk(
    long_clips: dict[str, Path], tool: FfmpegTool, chunk_tool: ChunkTool, tmp_path: Path
) -> None:
    source = long_clips["long groups.mp4"]
    media = tool.probe(source, UnreportedProgress())
    look = Rendition(exact=FrameSize(160, 120), style=CueStyle(box=True))
    (srt := tmp_path / "cues.srt").write_text(CUES)
    tool.burn_subtitles(source, media, look, srt, tmp_path / "whole.mp4", UnreportedProgress())

    assert frames(in_chunks(chunk_tool, source, media, tmp_path, srt, look)) == frames(tmp_path / "whole.mp4")


def test_sound_and_picture_end_together(
    long_clips: dict[str, Path], tool: FfmpegTool, chunk_tool: ChunkTool, tmp_path: Path
) -> None:
    source = long_clips["broadcast.ts"]
    media = tool.probe(source, UnreportedProgress())

    joined = in_chunks(chunk_tool, source, media, tmp_path)

    picture_s, sound_s = (float(stream(joined, kind)["duration"]) for kind in ("video", "audio"))
    assert abs(picture_s - sound_s) <= 0.04 + 1024 / 44100


def test_a_chunk_that_lost_frames_fails_alone(
    long_clips: dict[str, Path], tool: FfmpegTool, chunk_tool: ChunkTool, tmp_path: Path
) -> None:
    source = long_clips["hevc.mp4"]
    media = tool.probe(source, UnreportedProgress())
    plan = chunk_tool.plan(source, media, UnreportedProgress())
    assert plan.clock is not None
    wrong = type(plan.chunks[0])(0, plan.chunks[0].start_pts, plan.chunks[0].end_pts, 301, 0)

    with pytest.raises(ArtifactMismatch, match="300"):
        chunk_tool.encode_chunk(
            source,
            media,
            FULL,
            plan.clock,
            wrong,
            None,
            tmp_path / "made.mp4",
            UnreportedProgress(),
            plain=False,
        )


def test_chunks_in_the_wrong_place_are_not_joined(
    long_clips: dict[str, Path], tool: FfmpegTool, chunk_tool: ChunkTool, tmp_path: Path
) -> None:
    source = long_clips["variable.mp4"]
    media = tool.probe(source, UnreportedProgress())
    plan = chunk_tool.plan(source, media, UnreportedProgress())
    paths = encode_chunks(chunk_tool, source, media, plan, tmp_path)

    with pytest.raises((ArtifactMismatch, MediaToolFailed)):
        chunk_tool.join(paths[::-1], plan, media, FULL, None, tmp_path / "joined.mp4", UnreportedProgress())


def test_chunks_of_the_fallback_recipe_join_with_the_others(
    long_clips: dict[str, Path], tool: FfmpegTool, chunk_tool: ChunkTool, tmp_path: Path
) -> None:
    source = long_clips["hevc.mp4"]
    media = tool.probe(source, UnreportedProgress())
    plan = chunk_tool.plan(source, media, UnreportedProgress())
    assert plan.clock is not None
    paths = [tmp_path / f"part-{chunk.index}.mp4" for chunk in plan.chunks]
    for chunk, path in zip(plan.chunks, paths, strict=True):
        plain = chunk.index == 1
        chunk_tool.encode_chunk(
            source, media, FULL, plan.clock, chunk, None, path, UnreportedProgress(), plain=plain
        )

    chunk_tool.join(paths, plan, media, FULL, None, tmp_path / "joined.mp4", UnreportedProgress())

    assert [digest for _, digest in frames(tmp_path / "joined.mp4")] == [
        digest for _, digest in frames(source)
    ]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["-c:v", "mpeg4", "-bf", "2", "clip.avi"], "do not say when"),
        (["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "clip.webm"], "vp8"),
    ],
)
def test_a_video_with_uncountable_frames_is_not_split(
    words: list[str], reason: str, tool: FfmpegTool, chunk_tool: ChunkTool, tmp_path: Path
) -> None:
    clip = tmp_path / words[-1]
    ffmpeg(*picture("160x90"), *TONE, *words[:-1], "-an", str(clip))
    media = tool.probe(clip, UnreportedProgress())

    plan = chunk_tool.plan(clip, media, UnreportedProgress())

    assert plan.chunks == ()
    assert reason in plan.whole_because
