"""No process is left after any end of a run, with the real FFmpeg."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.ffmpeg.tool import FfmpegTool
from domain.errors import AttemptCancelled, MediaToolFailed, ScratchFull, SourceTooLarge, ToolMissing
from domain.media.rendition import Rendition
from tests.contract.media.looks import command_line, encoders
from tests.contract.media.progress import NotedProgress
from tests.contract.media.recipes import Clips, ffmpeg

_WORKER = """
import sys
from pathlib import Path
from domain.attempts.progress import UnreportedProgress as NoProgress
from domain.media.rendition import Rendition
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.ffmpeg.tool import FfmpegTool

source, target = Path(sys.argv[1]), Path(sys.argv[2])
tool = FfmpegTool(EncodeRecipe(preset="veryslow", threads=1), MediaLimits(), RunLimits())
tool.downscale(source, tool.probe(source, NoProgress()), Rendition(1080), target, NoProgress())
"""


@pytest.fixture(scope="module")
def slow_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clip that takes many seconds to encode at a slow preset."""
    path = tmp_path_factory.mktemp("slow") / "slow.mkv"
    noise = "testsrc2=s=1280x720:r=25:d=8,noise=alls=40:allf=t"
    ffmpeg("-f", "lavfi", "-i", noise, "-c:v", "mpeg4", "-q:v", "10", str(path))
    return path


def slow_tool(run_limits: RunLimits) -> FfmpegTool:
    return FfmpegTool(EncodeRecipe(preset="veryslow", threads=1), MediaLimits(), run_limits)


def until(condition: object, limit_s: float = 20) -> None:
    assert callable(condition)
    end_s = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end_s, "waited too long"
        time.sleep(0.05)


def test_a_cancel_ends_the_encoder_and_is_raised(slow_source: Path, tmp_path: Path) -> None:
    tool = slow_tool(RunLimits())
    target = tmp_path / "made.mp4"
    media = tool.probe(slow_source, NotedProgress())
    progress = NotedProgress(
        stop_when=lambda: bool(encoders(psutil.Process())) and progress.signs_of_life > 0
    )

    with pytest.raises(AttemptCancelled):
        tool.downscale(slow_source, media, Rendition(1080), target, progress)

    assert encoders(psutil.Process()) == []


def test_an_encoder_that_is_killed_from_outside_is_a_passing_fault(slow_source: Path, tmp_path: Path) -> None:
    tool = slow_tool(RunLimits())
    media = tool.probe(slow_source, NotedProgress())

    def kill() -> bool:
        for encoder in encoders(psutil.Process()):
            encoder.kill()
        return False

    with pytest.raises(MediaToolFailed, match="signal 9"):
        tool.downscale(
            slow_source, media, Rendition(1080), tmp_path / "made.mp4", NotedProgress(stop_when=kill)
        )


def test_an_encoder_that_exceeds_its_processor_time_is_ended(slow_source: Path, tmp_path: Path) -> None:
    media = slow_tool(RunLimits()).probe(slow_source, NotedProgress())
    strict = slow_tool(RunLimits(cpu_base_s=1, cpu_per_media_s=0))

    with pytest.raises(SourceTooLarge, match="processor time"):
        strict.downscale(slow_source, media, Rendition(1080), tmp_path / "made.mp4", NotedProgress())


def test_an_encoder_that_exceeds_its_file_size_is_ended(slow_source: Path, tmp_path: Path) -> None:
    media = slow_tool(RunLimits()).probe(slow_source, NotedProgress())
    quick = FfmpegTool(EncodeRecipe(preset="ultrafast", crf=1), MediaLimits(), RunLimits(file_bytes=100_000))

    with pytest.raises(SourceTooLarge, match="larger file"):
        quick.downscale(slow_source, media, Rendition(1080), tmp_path / "made.mp4", NotedProgress())


def test_a_full_disk_is_a_passing_fault(clips: Clips) -> None:
    tool = slow_tool(RunLimits())
    media = tool.probe(clips("plain.mp4"), NotedProgress())

    with pytest.raises(ScratchFull):
        tool.extract_audio(clips("plain.mp4"), media, Path("/dev/full"), NotedProgress())


def test_an_encoder_dies_with_a_worker_that_is_killed(slow_source: Path, tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(slow_source), str(tmp_path / "made.mp4")],
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        found: list[psutil.Process] = []

        def encodes() -> bool:
            # Short-lived processes, such as ffprobe, run before the encode.
            found[:] = [
                child for child in encoders(psutil.Process(worker.pid)) if "libx264" in command_line(child)
            ]
            return bool(found)

        until(encodes)
        [encoder] = found
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    until(lambda: not encoder.is_running() or encoder.status() == psutil.STATUS_ZOMBIE, limit_s=5)


def test_a_missing_ffmpeg_is_reported_with_the_fix(
    clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = clips("plain.mp4")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolMissing, match="apt install ffmpeg"):
        slow_tool(RunLimits()).probe(source, NotedProgress())
