"""Detection of the sandbox guards that work on this system, by a trial run of each."""

from __future__ import annotations

import ctypes
import marshal
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from adapters.ffmpeg.sandbox import launcher, system_calls
from adapters.ffmpeg.sandbox.file_access import handled_rights

_NEW_USER, _NEW_NETWORK, _NEW_IPC, _NEW_UTS = 0x10000000, 0x40000000, 0x08000000, 0x04000000
# Where user namespaces are refused, a worker that is root may still have the others.
_NAMESPACES = (
    (_NEW_USER | _NEW_NETWORK | _NEW_IPC | _NEW_UTS, ("user namespace", "network namespace")),
    (_NEW_NETWORK | _NEW_IPC | _NEW_UTS, ("network namespace",)),
)
_LANDLOCK_CREATE_RULESET, _LANDLOCK_VERSION = 444, 1
_READ_ANYTHING = 0b1101


@dataclass(frozen=True)
class Guards:
    """Guards around each media process; `in_force` and `missing` are names for the operator."""

    namespaces: int = 0
    landlock_abi: int = 0
    filter: bytes | None = None
    in_force: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"media processes are confined by {', '.join(self.in_force)}"
        return text + (f"; not in force here: {'; '.join(self.missing)}" if self.missing else "")


@cache
def guards() -> Guards:
    """Guards that work here. Each is tried on a real child, once per process."""
    if sys.platform != "linux":
        return Guards(in_force=("resource limits",), missing=("everything else needs Linux",))
    filter_, no_filter = _filter()
    landlock_abi, no_landlock = _landlock()
    namespaces, named, no_namespaces = _namespaces()
    in_force = [
        *("resource limits", "no privileges"),
        *(["system call filter"] if filter_ else []),
        *([f"file access (Landlock {landlock_abi})"] if landlock_abi else []),
        *named,
    ]
    missing = [
        *([f"system call filter ({no_filter})"] if no_filter else []),
        *(
            [f"file access ({no_landlock}): only the lists of formats and protocols protect files"]
            if no_landlock
            else []
        ),
        *no_namespaces,
    ]
    return Guards(namespaces, landlock_abi, filter_, tuple(in_force), tuple(missing))


def announce() -> None:
    """Logs the guards in force; a warning where one is missing."""
    active = guards()
    log = structlog.get_logger()
    write = log.warning if active.missing else log.info
    write("media processes are confined", in_force=active.in_force, missing=active.missing)


def _filter() -> tuple[bytes | None, str]:
    program = system_calls.program(platform.machine())
    if program is None:
        return None, f"its numbers on {platform.machine()} are not known"
    fault = _fault({"filter": program})
    return (None if fault else program), fault


def _landlock() -> tuple[int, str]:
    libc = ctypes.CDLL(None, use_errno=True)
    abi = int(libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION))
    if abi < 1:
        return 0, f"Landlock: {os.strerror(ctypes.get_errno())}"
    fault = _fault({"landlock": (handled_rights(abi), [("/", _READ_ANYTHING)])})
    return (0 if fault else abi), fault


def _namespaces() -> tuple[int, tuple[str, ...], list[str]]:
    refused: list[str] = []
    for flags, names in _NAMESPACES:
        fault = _fault({"namespaces": flags})
        if not fault:
            return flags, names, refused
        refused.append(f"{' with '.join(names)} ({fault})")
    return 0, (), refused


def launched(plan: Mapping[str, Any], argv: Sequence[str]) -> list[str]:
    """Command line of the launcher for `plan` and `argv`."""
    whole = {
        "linux": sys.platform == "linux",
        "parent": os.getpid(),
        "limits": [],
        "namespaces": 0,
        "landlock": None,
        "filter": None,
        **plan,
    }
    # Isolated and without site packages: starts fast and loads nothing of the worker's.
    start = [sys.executable, "-I", "-S", str(Path(launcher.__file__)), marshal.dumps(whole).hex()]
    return [*start, *argv]


def _fault(plan: Mapping[str, Any]) -> str:
    """Launcher's error message when it starts a small program with this guard; empty when the guard works."""
    done = subprocess.run(
        launched(plan, [sys.executable, "-I", "-S", "-c", "pass"]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode == 0:
        return ""
    text = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return text.removeprefix(launcher.ERROR_PREFIX) or f"the trial ended with {done.returncode}"
