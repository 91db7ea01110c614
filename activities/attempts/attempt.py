"""One attempt of an activity: its scratch folder, its place in the store, its pulse."""

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

# Often enough for a person who watches; the SDK thins the beats out further on their way.
_BEAT_EVERY_S = 0.5


class HeartbeatReporter:
    """Beats for the running activity while its work moves, and knows when it must stop.

    `beat` is what is told next; its other fields than the fraction stay until `tell` changes them.
    """

    def __init__(self, beat: HeartbeatDetails) -> None:
        self.beat = beat
        self._beaten_s = 0.0

    def advance(self, fraction: float) -> None:
        # A stage's progress never goes down within an attempt, whatever a tool reports.
        self.beat = replace(self.beat, fraction=max(self.beat.fraction, min(round(fraction, 4), 1.0)))
        self.working()

    def working(self) -> None:
        now_s = time.monotonic()
        if now_s - self._beaten_s >= _BEAT_EVERY_S:
            self.send(self.beat)

    def send(self, beat: HeartbeatDetails) -> None:
        """Beat at once; the last beat before a failure is never held back."""
        self.beat = beat
        self._beaten_s = time.monotonic()
        activity.heartbeat(beat)

    def check(self) -> None:
        check()


def check() -> None:
    """Raise what ends the running attempt, if anything does."""
    if activity.is_worker_shutdown():
        raise AttemptDrained("The worker is shutting down; another one goes on with this.")
    if activity.is_cancelled():
        why = activity.cancellation_details()
        if why is not None and (why.not_found or why.timed_out):
            raise AttemptSuperseded("Temporal has gone on without this attempt.")
        raise AttemptCancelled("The task was cancelled.")


@dataclass(frozen=True)
class Attempt:
    """`scratch_path` is an empty folder that goes when the attempt ends, however it ends.

    `before` is the last beat of the attempt before this one.
    """

    scratch_path: Path
    prefix: str
    progress: HeartbeatReporter
    before: HeartbeatDetails

    def key(self, name: str) -> str:
        """Where this attempt, and no other, may write an object."""
        return self.prefix + name

    def part(self, start: float, end: float) -> ProgressReporter:
        """The pulse of a step that takes the attempt's progress from `start` to `end`, 0 to 1."""
        return PartialProgress(self.progress, start, end)


@contextmanager
def open_attempt(scratch_root: Path, task_id: str) -> Iterator[Attempt]:
    """Run one attempt; the product's errors leave it as Temporal failures."""
    run = activity.info()
    # Not in a folder of the task's, which the last attempt would leave behind empty.
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
