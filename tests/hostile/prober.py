"""Process that probes files one after the other as a worker does, and reports their cost.

It reads one path a line and writes one JSON document a line. It is a process of its own, because a child's
peak memory is counted from that of its parent process.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from adapters.ffmpeg.frames import FrameReader, Sampling
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.ffmpeg.tool import FfmpegTool
from adapters.process import logs
from domain.attempts.progress import UnreportedProgress
from domain.errors import PipelineError
from domain.media.rendition import Rendition
from domain.media.source import SourceMedia
from tests.hostile.corpus.case import TAKEN


@dataclass(frozen=True)
class Judged:
    """Verdict and cost of one file; `peak_bytes` is the highest of all files so far."""

    verdict: str
    detail: str
    probe_cpu_s: float
    cpu_s: float
    peak_bytes: int


def judge(source_path: Path) -> Judged:
    """Probes the file; an accepted one goes through every step that reads it."""
    tool = FfmpegTool(EncodeRecipe(preset="ultrafast"), MediaLimits(), RunLimits())
    start_s = probed_s = _cpu_s()
    verdict, detail = TAKEN, ""
    try:
        media = tool.probe(source_path, UnreportedProgress())
        probed_s = _cpu_s()
        _use(tool, source_path, media)
    except PipelineError as error:
        verdict, detail = error.code, str(error)
        probed_s = max(probed_s, _cpu_s()) if probed_s == start_s else probed_s
    peak_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return Judged(verdict, detail, probed_s - start_s, _cpu_s() - start_s, peak_bytes)


def _use(tool: FfmpegTool, source_path: Path, media: SourceMedia) -> None:
    folder, progress = source_path.parent, UnreportedProgress()
    tool.downscale(source_path, media, Rendition(64), folder / "small.mp4", progress)
    if media.sound is not None:
        tool.extract_audio(source_path, media, folder / "sound.pcm", progress)
    reader = FrameReader(MediaLimits(), RunLimits())
    with closing(reader.read(source_path, media, Sampling(), 64, 64, progress)) as frames:
        next(frames)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    # Log lines would mix with the results on stdout.
    logs.configure("CRITICAL")
    for line in sys.stdin:
        sys.stdout.write(json.dumps(asdict(judge(Path(line.strip())))) + "\n")
        sys.stdout.flush()
