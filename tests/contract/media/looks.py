"""Properties of a finished file, read with plain ffprobe and ffmpeg."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import psutil


def streams(path: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-of", "json", "-i", f"file:{path}"],
        check=True,
        capture_output=True,
    )
    return list(json.loads(done.stdout)["streams"])


def stream(path: Path, kind: str) -> dict[str, Any]:
    [found] = [stream for stream in streams(path) if stream["codec_type"] == kind]
    return found


def format_tags(path: Path) -> dict[str, str]:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_format", "-of", "json", "-i", f"file:{path}"],
        check=True,
        capture_output=True,
    )
    return dict(json.loads(done.stdout)["format"].get("tags", {}))


def duration_s(path: Path) -> float:
    return max(float(stream["duration"]) for stream in streams(path))


def frame_times_s(path: Path) -> list[float]:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time",
         "-of", "csv=p=0", "-i", f"file:{path}"],
        check=True,
        capture_output=True,
        text=True,
    )  # fmt: skip
    return [float(line.rstrip(",")) for line in done.stdout.split()]


def grey(path: Path, at_s: float, width: int, height: int) -> bytes:
    """Displayed frame at a time, scaled, one grey byte for each pixel."""
    shown = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-ss", str(at_s), "-i", f"file:{path}", "-frames:v", "1",
         "-vf", f"scale={width}:{height}", "-pix_fmt", "gray", "-f", "rawvideo", "-"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    assert len(shown.stdout) == width * height
    return shown.stdout


def difference(one: bytes, other: bytes) -> float:
    """Mean difference of two pictures, 0 to 255."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


def loudness(pcm: bytes, start_s: float, end_s: float) -> float:
    """Mean absolute sample between two times of 16 kHz s16le."""
    samples = memoryview(pcm).cast("h")[int(start_s * 16000) : int(end_s * 16000)]
    return sum(abs(sample) for sample in samples) / len(samples)


def index_is_in_front(path: Path) -> bool:
    content = path.read_bytes()
    return content.index(b"moov") < content.index(b"mdat")


def encoders(parent: psutil.Process) -> list[psutil.Process]:
    """Running ffmpeg processes below another process."""
    return [child for child in parent.children(recursive=True) if _is_running(child, "ffmpeg")]


def command_line(process: psutil.Process) -> list[str]:
    """Arguments of the process; none if it has ended, even if it is not reaped yet."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # psutil's zombies are a kind of these
        return []


def _is_running(process: psutil.Process, name: str) -> bool:
    try:
        return process.name() == name and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
