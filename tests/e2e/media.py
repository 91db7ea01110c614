"""Test clips made with FFmpeg, and inspection of results."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any


def make(target: Path, *arguments: str) -> Path:
    """Run ffmpeg with these arguments into `target`."""
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", *arguments, f"file:{target}"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


def picture(seconds: float, size: str = "640x360", rate: int = 25) -> list[str]:
    """Arguments for a moving test picture."""
    return ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]


def tone(seconds: float) -> list[str]:
    return ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]


def silence(seconds: float) -> list[str]:
    return ["-f", "lavfi", "-i", f"anullsrc=r=48000:cl=stereo:d={seconds}"]


def probe(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", f"file:{path}"]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def stream(report: dict[str, Any], kind: str) -> dict[str, Any] | None:
    return next((found for found in report["streams"] if found["codec_type"] == kind), None)


def decoded_frames(path: Path) -> int:
    """Decode the picture strictly to its end; returns the number of frames."""
    command = ["ffprobe", "-v", "error", "-of", "csv=p=0", "-count_frames", "-select_streams", "v:0"]
    command += ["-show_entries", "stream=nb_read_frames", f"file:{path}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == "", done.stderr
    return int(done.stdout.strip().strip(","))
