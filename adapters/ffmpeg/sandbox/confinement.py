"""Sandbox of every media process: resource limits, namespaces, file access, system calls, environment."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Sequence
from pathlib import Path

from adapters.ffmpeg.sandbox.file_access import file_access, handled_rights
from adapters.ffmpeg.sandbox.guards import guards, launched
from adapters.ffmpeg.settings import RunLimits
from domain.errors import ToolMissing

_OPEN_FILES = 256


def confine(
    argv: Sequence[str], scratch_path: Path, limits: RunLimits, cpu_limit_s: int, *, writes: bool
) -> list[str]:
    """Command line that starts `argv` through the launcher, which replaces itself by it (same process id).

    The process may read `scratch_path` and the `file:` paths of `argv`, and write only in `scratch_path`,
    and only if it `writes`.
    """
    found = shutil.which(argv[0])
    if found is None:
        raise ToolMissing(
            f"{argv[0]} is not installed or not on the PATH: install FFmpeg (apt install ffmpeg)."
        )
    active = guards()
    abi = active.landlock_abi
    rules = file_access(Path(found).resolve(), argv, scratch_path, abi, writes=writes)
    plan = {
        "limits": [
            (resource.RLIMIT_CPU, cpu_limit_s),
            (resource.RLIMIT_AS, limits.address_space_bytes),
            (resource.RLIMIT_DATA, limits.memory_bytes),
            (resource.RLIMIT_FSIZE, limits.file_bytes),
            (resource.RLIMIT_NOFILE, _OPEN_FILES),
            (resource.RLIMIT_CORE, 0),
        ],
        "namespaces": active.namespaces,
        "landlock": (handled_rights(abi), rules) if abi else None,
        "filter": active.filter,
    }
    return launched(plan, [found, *argv[1:]])


def bare_environment(scratch_path: Path) -> dict[str, str]:
    """Environment without the worker's secrets, with home and temporary folder in the scratch folder."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(scratch_path),
        "TMPDIR": str(scratch_path),
        # Each arena reserves 64 MiB of addresses; their default number on many cores exceeds the limit.
        "MALLOC_ARENA_MAX": "4",
        "AV_LOG_FORCE_NOCOLOR": "1",
    }
