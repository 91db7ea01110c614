"""Small programs in place of a media process."""

from __future__ import annotations

import sys
from pathlib import Path

from adapters.ffmpeg.run.child import SIDE_CHANNEL
from adapters.ffmpeg.run.runner import Job

# Not the virtual environment's Python, whose library a confined process can't read.
PYTHON = str(Path(sys.base_prefix) / "bin" / "python3")


def program(script: str, scratch_path: Path, *arguments: str, duration_us: int = 0) -> Job:
    """Job of a Python program that may write; `SIDE` in it is the descriptor of the side channel."""
    start = "import os, sys\nSIDE = int(sys.argv[1].removeprefix('pipe:'))\n"
    return Job(
        (PYTHON, "-I", "-S", "-c", start + script, SIDE_CHANNEL, *arguments),
        scratch_path,
        duration_us,
        growing_path=scratch_path / "made",
    )
