"""Sound for the speech stages: exactly in sync with the picture, with the real FFmpeg."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from adapters.ffmpeg.tool import FfmpegTool
from domain.media.rendition import Rendition
from tests.contract.media import looks
from tests.contract.media.progress import NotedProgress
from tests.contract.media.recipes import Clips


def speech_pcm(tool: FfmpegTool, source: Path, tmp_path: Path) -> bytes:
    media = tool.probe(source, NotedProgress())
    tool.extract_audio(source, media, tmp_path / "sound.pcm", NotedProgress())
    pcm = (tmp_path / "sound.pcm").read_bytes()
    assert len(pcm) == 2 * round(media.duration_us * 16000 / 1_000_000)
    return pcm


@pytest.mark.parametrize("name", ["plain.mp4", "portrait.mkv", "surround.mkv", "broadcast.ts", "short.mp4"])
def test_the_sound_is_as_long_as_the_media(tool: FfmpegTool, clips: Clips, tmp_path: Path, name: str) -> None:
    assert speech_pcm(tool, clips(name), tmp_path)


def test_sound_that_starts_late_is_preceded_by_silence(
    tool: FfmpegTool, clips: Clips, tmp_path: Path
) -> None:
    pcm = speech_pcm(tool, clips("late_sound.mkv"), tmp_path)

    assert looks.loudness(pcm, 0, 0.65) < 1
    assert looks.loudness(pcm, 0.75, 1.65) > 1000
    assert looks.loudness(pcm, 1.75, 2) < 1


def test_a_gap_in_the_sound_stays_a_gap(tool: FfmpegTool, clips: Clips, tmp_path: Path) -> None:
    pcm = speech_pcm(tool, clips("sound_gap.mkv"), tmp_path)

    assert looks.loudness(pcm, 0.1, 0.9) > 1000
    assert looks.loudness(pcm, 1.2, 2.8) < 100
    assert looks.loudness(pcm, 3.2, 3.9) > 1000


def test_a_gap_in_the_sound_stays_a_gap_in_a_rendition(
    tool: FfmpegTool, clips: Clips, tmp_path: Path
) -> None:
    media = tool.probe(clips("sound_gap.mkv"), NotedProgress())
    tool.downscale(clips("sound_gap.mkv"), media, Rendition(90), tmp_path / "made.mp4", NotedProgress())

    pcm = speech_pcm(tool, tmp_path / "made.mp4", tmp_path)

    assert looks.loudness(pcm, 1.2, 2.8) < 100
    assert looks.loudness(pcm, 3.2, 3.9) > 1000


def test_a_video_of_joined_files_is_downscaled_in_time(tool: FfmpegTool, tmp_path: Path) -> None:
    """Sound has whole frames, so each join overlaps a little, and the overlaps add up."""
    clip = Path(__file__).parents[3] / "models" / "demo" / "clip" / "demo.mp4"
    joined = tmp_path / "joined.mp4"
    command = ["ffmpeg", "-v", "error", "-stream_loop", "4", "-i", f"file:{clip}", "-c", "copy", str(joined)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    media = tool.probe(joined, NotedProgress())

    tool.downscale(joined, media, Rendition(64), tmp_path / "made.mp4", NotedProgress())

    made = tool.probe(tmp_path / "made.mp4", NotedProgress())
    assert abs(made.duration_us - media.duration_us) < 80_000
