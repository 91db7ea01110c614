"""How a long native call is watched, so that its attempt still beats, hears a cancel and notices a stall."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from domain.attempts.progress import ProgressReporter
from domain.errors import ModelStalled

Result = TypeVar("Result")

_LOOK_EVERY_S = 0.2
_BUSY_SHARE = 0.05  # of one core; this loop itself stays far below


def run_watched(call: Callable[[], Result], progress: ProgressReporter, stall_limit_s: float) -> Result:
    """What `call` returns. Stops waiting by the pulse's own error, or by ModelStalled when the process
    has used next to no processor time for `stall_limit_s`.

    A native call can't be broken off: a call that is no longer waited for ends on its own thread, and
    its result is dropped. Callers keep their calls short, one batch each.
    """
    progress.check()  # calls that are shorter than a look must not add up to a deaf attempt
    future = _begun(call)
    moved_at_s = looked_at_s = time.monotonic()
    used_s = time.process_time()
    while not wait([future], timeout=_LOOK_EVERY_S).done:
        progress.check()
        now_s, now_used_s = time.monotonic(), time.process_time()
        if now_used_s - used_s > _BUSY_SHARE * (now_s - looked_at_s):
            progress.working()
            moved_at_s = now_s
        elif now_s - moved_at_s > stall_limit_s:
            raise ModelStalled(f"A model has used no processor time for {stall_limit_s:.0f} s.")
        looked_at_s, used_s = now_s, now_used_s
    return future.result()


def awaited(call: Callable[[], Result], progress: ProgressReporter) -> Result:
    """What `call` returns; stops waiting by the pulse's own error.

    For a call that waits for another machine, such as a download: waiting counts as work, so the call
    must have time limits of its own.
    """
    progress.check()
    future = _begun(call)
    while not wait([future], timeout=_LOOK_EVERY_S).done:
        progress.check()
        progress.working()
    return future.result()


def _begun(call: Callable[[], Result]) -> Future[Result]:
    future: Future[Result] = Future()
    threading.Thread(target=_settle, args=(future, call), name="native-call", daemon=True).start()
    return future


def _settle(future: Future[Result], call: Callable[[], Result]) -> None:
    try:
        future.set_result(call())
    except BaseException as fault:  # the waiting thread raises it
        future.set_exception(fault)
