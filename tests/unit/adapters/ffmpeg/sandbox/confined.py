"""Runs a few lines of Python in a confined process and returns their output."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.ffmpeg.run.runner import Runner
from adapters.ffmpeg.sandbox.guards import guards
from adapters.ffmpeg.settings import RunLimits
from tests.contract.media.progress import NotedProgress
from tests.unit.adapters.ffmpeg.programs import program

TRY = """
import ctypes, errno, socket
libc = ctypes.CDLL(None, use_errno=True)

def tried(what):
    try:
        return f"done: {what()!r}"
    except OSError as error:
        return errno.errorcode[error.errno]

def called(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "")
    return "a call"

"""
needs_landlock = pytest.mark.skipif(not guards().landlock_abi, reason="this kernel has no Landlock")


def output_lines(script: str, scratch_path: Path, *arguments: str, writes: bool = True) -> list[str]:
    job = program(TRY + script, scratch_path, *arguments)
    if not writes:
        job = replace(job, growing_path=None)
    _, output = Runner(RunLimits(memory_bytes=300_000_000)).run(job, NotedProgress())
    return output.decode().splitlines()
