"""One attempt of an activity: its scratch folder, its place in the store, its pulse."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path

from temporalio import activity

from activities.failures import as_failure
from domain.errors import AttemptCancelled, AttemptDrained, PipelineError, ScratchFull
from domain.keys import attempt_prefix
from domain.messages import Beat
from domain.pulse import PartPulse, Pulse

# Often enough for a person who watches; the SDK thins the beats out further on their way.
_BEAT_EVERY_S = 0.5


class HeartbeatPulse:
    """Beats for the running activity while its work moves, and knows when it must stop."""

    def __init__(self) -> None:
        self._fraction = 0.0
        self._beaten_s = 0.0

    def advance(self, fraction: float) -> None:
        # A stage's progress never goes down within an attempt, whatever a tool reports.
        self._fraction = max(self._fraction, min(fraction, 1.0))
        self.working()

    def working(self) -> None:
        now_s = time.monotonic()
        if now_s - self._beaten_s >= _BEAT_EVERY_S:
            self._beaten_s = now_s
            activity.heartbeat(Beat(fraction=round(self._fraction, 4)))

    def check(self) -> None:
        if activity.is_worker_shutdown():
            raise AttemptDrained("The worker is shutting down; another one goes on with this.")
        if activity.is_cancelled():
            raise AttemptCancelled("The task was cancelled.")


@dataclass(frozen=True)
class Attempt:
    """`scratch_path` is an empty folder that goes when the attempt ends, however it ends."""

    scratch_path: Path
    prefix: str
    pulse: Pulse

    def key(self, name: str) -> str:
        """Where this attempt, and no other, may write an object."""
        return self.prefix + name

    def part(self, start: float, end: float) -> Pulse:
        """The pulse of a step that takes the attempt's progress from `start` to `end`, 0 to 1."""
        return PartPulse(self.pulse, start, end)


@contextmanager
def open_attempt(scratch_root: Path, task_id: str) -> Iterator[Attempt]:
    """Run one attempt; the product's errors leave it as Temporal failures."""
    run = activity.info()
    # Not in a folder of the task's, which the last attempt would leave behind empty.
    scratch_path = scratch_root / f"{task_id}-{run.activity_id}-{run.attempt}"
    scratch_path.mkdir(parents=True)
    pulse = HeartbeatPulse()
    try:
        pulse.check()
        yield Attempt(scratch_path, attempt_prefix(task_id, run.activity_id, run.attempt), pulse)
    except PipelineError as error:
        raise as_failure(error) from error
    except OSError as error:
        if error.errno not in (ENOSPC, EDQUOT):
            raise
        raise as_failure(ScratchFull("The disk for temporary files is full.")) from error
    finally:
        shutil.rmtree(scratch_path)
