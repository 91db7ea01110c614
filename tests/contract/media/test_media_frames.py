"""Sampled frames with their exact times, with the real FFmpeg."""

from __future__ import annotations

import gc
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from adapters.ffmpeg.frames import Frame, FrameReader, Sampling
from adapters.ffmpeg.settings import MediaLimits, RunLimits
from adapters.ffmpeg.tool import FfmpegTool
from domain.errors import AttemptCancelled
from tests.contract.media import looks
from tests.contract.media.looks import encoders
from tests.contract.media.progress import NotedProgress
from tests.contract.media.recipes import Clips, turned

SECONDS = Sampling()


@pytest.fixture
def reader() -> FrameReader:
    return FrameReader(MediaLimits(), RunLimits())


def sampled(reader: FrameReader, tool: FfmpegTool, source: Path, sampling: Sampling = SECONDS) -> list[Frame]:
    media = tool.probe(source, NotedProgress())
    frames = list(reader.read(source, media, sampling, 64, 64, NotedProgress()))
    assert all(len(frame.rgb) == frame.width * frame.height * 3 for frame in frames)
    return frames


@pytest.mark.parametrize("name", ["broadcast.ts", "long_group.mp4"])
def test_about_one_frame_a_second_is_read_whether_key_frames_are_dense_or_not(
    reader: FrameReader, tool: FfmpegTool, clips: Clips, name: str
) -> None:
    times_us = [frame.time_us for frame in sampled(reader, tool, clips(name))]

    steps_us = [later - earlier for earlier, later in pairwise(times_us)]
    assert len(times_us) in (4, 5)
    assert all(900_000 <= step <= 1_200_000 for step in steps_us)


def test_frames_are_those_that_a_player_shows_at_their_time(
    reader: FrameReader, tool: FfmpegTool, clips: Clips
) -> None:
    for frame in sampled(reader, tool, clips("long_group.mp4")):
        shown = looks.grey(clips("long_group.mp4"), frame.time_us / 1_000_000, frame.width, frame.height)
        red, green, blue = (frame.rgb[part::3] for part in range(3))
        brightness = bytes(
            round(0.299 * r + 0.587 * g + 0.114 * b) for r, g, b in zip(red, green, blue, strict=True)
        )
        assert looks.difference(shown, brightness) < 15


def test_times_of_a_variable_rate_are_the_frames_own(
    reader: FrameReader, tool: FfmpegTool, clips: Clips
) -> None:
    times_us = [
        frame.time_us for frame in sampled(reader, tool, clips("vfr.mp4"), Sampling(every_us=200_000))
    ]

    real_us = [round(time_s * 1_000_000) for time_s in looks.frame_times_s(clips("vfr.mp4"))]
    assert len(times_us) > 5
    assert all(min(abs(time_us - real) for real in real_us) < 1000 for time_us in times_us)


@pytest.mark.parametrize("name", ["short.mp4", "one_frame.mp4"])
def test_a_very_short_video_gives_a_frame(
    reader: FrameReader, tool: FfmpegTool, clips: Clips, name: str
) -> None:
    assert [frame.time_us for frame in sampled(reader, tool, clips(name))] == [0]


def test_frames_fit_the_box_and_keep_their_shape(
    reader: FrameReader, tool: FfmpegTool, clips: Clips, tmp_path: Path
) -> None:
    upright = sampled(reader, tool, clips("plain.mp4"))[0]
    on_its_side = sampled(reader, tool, turned(clips("plain.mp4"), 1, tmp_path / "turned.mp4"))[0]

    assert (upright.width, upright.height) == (64, 36)
    assert (on_its_side.width, on_its_side.height) == (36, 64)


def test_reading_advances_with_the_frames(reader: FrameReader, tool: FfmpegTool, clips: Clips) -> None:
    media = tool.probe(clips("broadcast.ts"), NotedProgress())
    progress = NotedProgress()

    list(reader.read(clips("broadcast.ts"), media, SECONDS, 64, 64, progress))

    assert progress.fractions == sorted(progress.fractions)
    assert progress.fractions[-1] > 0.5


def test_a_reader_that_is_closed_early_leaves_no_process(
    reader: FrameReader, tool: FfmpegTool, clips: Clips
) -> None:
    media = tool.probe(clips("long_group.mp4"), NotedProgress())
    frames = reader.read(clips("long_group.mp4"), media, Sampling(every_us=1), 640, 640, NotedProgress())
    next(frames)
    assert encoders(psutil.Process())

    frames.close()

    assert encoders(psutil.Process()) == []


def test_a_reader_that_is_garbage_collected_leaves_no_process(
    reader: FrameReader, tool: FfmpegTool, clips: Clips
) -> None:
    media = tool.probe(clips("long_group.mp4"), NotedProgress())
    frames = reader.read(clips("long_group.mp4"), media, Sampling(every_us=1), 640, 640, NotedProgress())
    next(frames)

    del frames
    gc.collect()

    assert encoders(psutil.Process()) == []


def test_a_cancel_ends_the_reading(reader: FrameReader, tool: FfmpegTool, clips: Clips) -> None:
    media = tool.probe(clips("long_group.mp4"), NotedProgress())
    frames = reader.read(
        clips("long_group.mp4"), media, Sampling(every_us=1), 64, 64, NotedProgress(stop_when=lambda: True)
    )

    with pytest.raises(AttemptCancelled):
        next(frames)
    assert encoders(psutil.Process()) == []
