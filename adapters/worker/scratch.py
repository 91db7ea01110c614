"""The scratch folder of one worker process, and the end of what dead ones left behind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


@contextmanager
def worker_scratch(root: Path) -> Iterator[Path]:
    """An empty folder for this process below `root`, gone afterwards; those of dead processes go first.

    A folder is named after its process and that process's start, so that a number that the
    system gives out again (in a container it is always 1) is not mistaken for the old owner.
    """
    root.mkdir(parents=True, exist_ok=True)
    for folder in root.iterdir():
        if not _owner_lives(folder.name):
            shutil.rmtree(folder)
    own = root / _name(psutil.Process(os.getpid()))
    own.mkdir()
    try:
        yield own
    finally:
        # A thread that the drain left behind may still write here; the next worker removes what stays.
        shutil.rmtree(own, ignore_errors=True)


def _name(process: psutil.Process) -> str:
    return f"{process.pid}-{round(process.create_time() * 1000)}"


def _owner_lives(name: str) -> bool:
    pid = name.partition("-")[0]
    if not pid.isdecimal():
        return False
    try:
        return _name(psutil.Process(int(pid))) == name
    except psutil.NoSuchProcess:
        return False
