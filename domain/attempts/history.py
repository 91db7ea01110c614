"""History of an activity's attempts: counts crashes and faults, up to the limits at which it is given up."""

from __future__ import annotations

from dataclasses import dataclass, replace

CRASHES_ALLOWED = 3
# With the pauses below, a fault that lasts longer than about a minute needs an operator.
FAULTS_ALLOWED = 6
_LONGEST_PAUSE_S = 30

# A source that crashes its worker does so at one place.
# A crash clearly further on has another cause.
SAME_PLACE = 0.1


@dataclass(frozen=True)
class AttemptHistory:
    """Crashes and faults of all attempts so far, passed on in the heartbeat details.

    `deaths` counts crashes: attempts that ended while they worked, with no final heartbeat. After the first
    one only crashes of attempts that ran alone count. `died_at` is the highest progress at a crash, 0 to 1.
    `faults` counts attempts that ended with an error, without drains and cancels. `at_work` is true while a
    missing final heartbeat means a crash, `alone` while no other attempt runs in the same process. `process`
    identifies the worker process.
    """

    deaths: int = 0
    died_at: float = 0.0
    faults: int = 0
    at_work: bool = False
    alone: bool = False
    process: str = ""

    @property
    def suspect(self) -> bool:
        """The source may have crashed a worker: it runs alone until it has passed the place of the crash."""
        return self.deaths > 0

    def for_next_attempt(self, fraction: float, process: str) -> AttemptHistory:
        """The history for an attempt in `process`; the last heartbeat before it was at `fraction`."""
        idle = replace(self.idle(), process=process)
        # This process still runs, so it was only disconnected or frozen and has not crashed.
        if not self.at_work or self.process == process:
            return idle
        if not self.suspect or fraction > self.died_at + SAME_PLACE:
            return replace(idle, deaths=1, died_at=fraction)
        deaths = self.deaths + 1 if self.alone else self.deaths
        return replace(idle, deaths=deaths, died_at=max(self.died_at, fraction))

    def working(self, *, alone: bool = False) -> AttemptHistory:
        return replace(self, at_work=True, alone=alone)

    def idle(self) -> AttemptHistory:
        return replace(self, at_work=False, alone=False)

    def faulted(self) -> AttemptHistory:
        return replace(self.idle(), faults=self.faults + 1)

    @property
    def pause_s(self) -> int:
        """Seconds to wait before the attempt that follows the last fault."""
        return min(1 << max(self.faults - 1, 0), _LONGEST_PAUSE_S)
