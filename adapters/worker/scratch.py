"""Scratch folder of one worker process; removes those of dead processes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


@contextmanager
def worker_scratch(root: Path) -> Iterator[Path]:
    """Empty folder for this process below `root`, removed afterwards; removes those of dead processes first.

    A folder is named by process id and start time, so that a reused process id (in a container it is
    always 1) is not mistaken for the old owner.
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
        # A thread that outlived the drain may still write here; the next worker removes the rest.
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
