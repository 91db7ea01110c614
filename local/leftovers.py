"""Finds and ends the processes of a stack that nobody looks after any more."""

from __future__ import annotations

import os
import time

import psutil

MARK_NAME = "VIDEO_PIPELINE_STACK"


def marked_processes(mark: str) -> list[psutil.Process]:
    """Every living process that was started by the stack with this mark, by it or by its children."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK_NAME) == mark:
                found.append(process)
        except (psutil.Error, OSError):
            continue  # it has ended, or is another user's and so not of this stack
    return found


def end_marked(mark: str, patience_s: float) -> int:
    """Ask each to end, kill what has not after `patience_s`; return how many there were."""
    found = marked_processes(mark)
    for process in found:
        _signal(process, kill=False)
    deadline = time.monotonic() + patience_s
    while marked_processes(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    # Looked for again each time: a process may have started another one meanwhile.
    while left := marked_processes(mark):
        for process in left:
            _signal(process, kill=True)
        time.sleep(0.05)
    return len(found)


def _signal(process: psutil.Process, *, kill: bool) -> None:
    """psutil checks that the id still belongs to the process that was found."""
    try:
        if kill:
            process.kill()
        else:
            process.terminate()
    except psutil.NoSuchProcess:
        return
