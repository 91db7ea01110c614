"""What every media process is put behind before it may start: the one place for a sandbox."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from adapters.ffmpeg.settings import RunLimits
from domain.errors import ToolMissing


def confine(argv: Sequence[str], limits: RunLimits, cpu_limit_s: int) -> list[str]:
    """The command as it is really started.

    Each program in front of it replaces itself by the next one, so the process id stays the
    same and no code runs between fork and exec, which would not be safe in a threaded process.
    """
    tool = shutil.which(argv[0])
    if tool is None:
        raise ToolMissing(
            f"{argv[0]} is not installed or not on the PATH: install FFmpeg (apt install ffmpeg)."
        )
    front: list[str] = []
    if setpriv := shutil.which("setpriv"):
        # The child dies with its worker even when the worker is killed, and can't gain privileges.
        front += [setpriv, "--pdeathsig", "KILL", "--no-new-privs"]
    if prlimit := shutil.which("prlimit"):
        front += [
            prlimit,
            # Soft equals hard: the kernel then kills at once instead of sending a signal that ffmpeg handles.
            f"--cpu={cpu_limit_s}:{cpu_limit_s}",
            f"--as={limits.address_space_bytes}",
            f"--fsize={limits.file_bytes}",
            "--core=0",
        ]
    return [*front, tool, *argv[1:]]


def bare_environment(scratch_path: Path) -> dict[str, str]:
    """An environment without the worker's secrets, in which nothing is written outside the scratch folder."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(scratch_path),
        "TMPDIR": str(scratch_path),
        # Each arena reserves 64 MiB of addresses; on many cores their default number alone breaks the limit.
        "MALLOC_ARENA_MAX": "4",
        "AV_LOG_FORCE_NOCOLOR": "1",
    }
