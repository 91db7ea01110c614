"""Leftover processes of a stack: finds them by the mark in their environment, and ends them."""

from __future__ import annotations

import os
import time

import psutil

MARK_NAME = "VIDEO_PIPELINE_STACK"


def marked_processes(mark: str) -> list[psutil.Process]:
    """Running processes that the stack with this mark started, directly or indirectly."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK_NAME) == mark:
                found.append(process)
        except (psutil.Error, OSError):
            continue  # it has ended, or belongs to another user and so not to this stack
    return found


def end_marked(mark: str, patience_s: float) -> int:
    """Terminate each, kill those that run after `patience_s`; return their number."""
    found = marked_processes(mark)
    for process in found:
        _signal(process, kill=False)
    deadline = time.monotonic() + patience_s
    while marked_processes(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    # Searched again each time: a process may have started another one meanwhile.
    while remaining := marked_processes(mark):
        for process in remaining:
            _signal(process, kill=True)
        time.sleep(0.05)
    return len(found)


def _signal(process: psutil.Process, *, kill: bool) -> None:
    """Signal a process; psutil checks that the id still belongs to the process that was found."""
    try:
        if kill:
            process.kill()
        else:
            process.terminate()
    except psutil.NoSuchProcess:
        return
