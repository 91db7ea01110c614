"""Long native calls on a thread of their own, so that the attempt still reports heartbeats, obeys a cancel
and detects a stall."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from domain.attempts.progress import ProgressReporter
from domain.errors import ModelStalled

Result = TypeVar("Result")

_POLL_S = 0.2
_BUSY_SHARE = 0.05  # of one core; this loop itself stays far below


def run_with_stall_limit(
    call: Callable[[], Result], progress: ProgressReporter, stall_limit_s: float
) -> Result:
    """Result of a computing `call`. Raises the error of `progress`, or ModelStalled when the process has used
    almost no processor time for `stall_limit_s`.

    A native call can't be interrupted: an abandoned one ends on its own thread, and its result is
    dropped. Callers make short calls, one batch each.
    """
    progress.check()  # calls shorter than a poll must not add up to an attempt that ignores a cancel
    future = _started(call)
    moved_at_s = checked_at_s = time.monotonic()
    used_s = time.process_time()
    while not wait([future], timeout=_POLL_S).done:
        progress.check()
        now_s, now_used_s = time.monotonic(), time.process_time()
        if now_used_s - used_s > _BUSY_SHARE * (now_s - checked_at_s):
            progress.working()
            moved_at_s = now_s
        elif now_s - moved_at_s > stall_limit_s:
            raise ModelStalled(f"A model has used no processor time for {stall_limit_s:.0f} s.")
        checked_at_s, used_s = now_s, now_used_s
    return future.result()


def run_blocking(call: Callable[[], Result], progress: ProgressReporter) -> Result:
    """Result of a `call` that waits for another machine, such as a download. Raises the error of `progress`.

    Waiting counts as work, so the call must have its own time limits.
    """
    progress.check()
    future = _started(call)
    while not wait([future], timeout=_POLL_S).done:
        progress.check()
        progress.working()
    return future.result()


def _started(call: Callable[[], Result]) -> Future[Result]:
    future: Future[Result] = Future()
    threading.Thread(target=_complete, args=(future, call), name="native-call", daemon=True).start()
    return future


def _complete(future: Future[Result], call: Callable[[], Result]) -> None:
    try:
        future.set_result(call())
    except BaseException as fault:  # the waiting thread raises it
        future.set_exception(fault)
