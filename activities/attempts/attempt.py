"""One attempt of an activity: its scratch folder, its prefix in the store, its heartbeats."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from errno import EDQUOT, ENOSPC
from pathlib import Path

from temporalio import activity

from activities.attempts.endings import last_details
from activities.attempts.failures import as_failure
from domain.attempts.heartbeat import HeartbeatDetails
from domain.attempts.progress import PartialProgress, ProgressReporter
from domain.errors import AttemptCancelled, AttemptDrained, AttemptSuperseded, PipelineError, ScratchFull
from domain.storage.keys import attempt_prefix

# Often enough for a live progress display; the SDK throttles heartbeats further.
_HEARTBEAT_EVERY_S = 0.5


class HeartbeatReporter:
    """Sends heartbeats of the running activity while its work makes progress.

    `details` are those of the next heartbeat; `advance` changes only their fraction, `send` the others.
    """

    def __init__(self, details: HeartbeatDetails) -> None:
        self.details = details
        self._sent_s = 0.0

    def advance(self, fraction: float) -> None:
        # A stage's progress never goes down within an attempt, whatever a tool reports.
        highest = max(self.details.fraction, min(round(fraction, 4), 1.0))
        self.details = replace(self.details, fraction=highest)
        self.working()

    def working(self) -> None:
        now_s = time.monotonic()
        if now_s - self._sent_s >= _HEARTBEAT_EVERY_S:
            self.send(self.details)

    def send(self, details: HeartbeatDetails) -> None:
        """Sends a heartbeat at once, so that the last one before a failure is not delayed."""
        self.details = details
        self._sent_s = time.monotonic()
        activity.heartbeat(details)

    def check(self) -> None:
        check()


def check() -> None:
    """Raises the error that ends the running attempt, if it must stop."""
    if activity.is_worker_shutdown():
        raise AttemptDrained("The worker is shutting down; another one continues this.")
    if activity.is_cancelled():
        reason = activity.cancellation_details()
        if reason is not None and (reason.not_found or reason.timed_out):
            raise AttemptSuperseded("Temporal has ended this attempt and started another one.")
        raise AttemptCancelled("The task was cancelled.")


@dataclass(frozen=True)
class Attempt:
    """`scratch_path` is an empty folder that is removed when the attempt ends for whatever reason.

    `before` are the last heartbeat details of the attempt before.
    """

    scratch_path: Path
    prefix: str
    progress: HeartbeatReporter
    before: HeartbeatDetails

    def key(self, name: str) -> str:
        """Key of an object to which only this attempt writes."""
        return self.prefix + name

    def part(self, start: float, end: float) -> ProgressReporter:
        """Reporter of a step that takes the attempt's progress from `start` to `end`, 0 to 1."""
        return PartialProgress(self.progress, start, end)


@contextmanager
def open_attempt(scratch_root: Path, task_id: str) -> Iterator[Attempt]:
    """Context of one attempt; converts the product's errors to Temporal failures."""
    run = activity.info()
    # Not in a folder of the task, which would stay behind empty after the last attempt.
    scratch_path = scratch_root / f"{task_id}-{run.activity_id}-{run.attempt}"
    scratch_path.mkdir(parents=True)
    before = last_details(run)
    progress = HeartbeatReporter(before.for_next_attempt())
    prefix = attempt_prefix(task_id, run.activity_id, run.attempt)
    try:
        progress.check()
        yield Attempt(scratch_path, prefix, progress, before)
    except PipelineError as error:
        raise as_failure(error) from error
    except OSError as error:
        if error.errno not in (ENOSPC, EDQUOT):
            raise
        raise as_failure(ScratchFull("The disk for temporary files is full.")) from error
    finally:
        shutil.rmtree(scratch_path)
