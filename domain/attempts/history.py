"""What is known of an activity's earlier attempts, and when they are enough to give the activity up."""

from __future__ import annotations

from dataclasses import dataclass, replace

DEATHS_ALLOWED = 3
# With the pauses below, a fault that does not pass within about a minute is for somebody to look at.
FAULTS_ALLOWED = 6
_LONGEST_PAUSE_S = 30

# A source that ends its worker does so at one place.
# An attempt that died clearly further on died of something else.
SAME_PLACE = 0.1


@dataclass(frozen=True)
class AttemptHistory:
    """Travels from attempt to attempt in the heartbeats.

    `deaths` counts the attempts that ended without a word while they worked: the first in whatever company,
    the others alone. The furthest came to `died_at` (0 to 1). `faults` counts the attempts that ended by an
    error; drains and cancels are none. `at_work` says that an end without a word is a death from here on,
    `alone` that nothing works beside it; `process` is who would have died.
    """

    deaths: int = 0
    died_at: float = 0.0
    faults: int = 0
    at_work: bool = False
    alone: bool = False
    process: str = ""

    @property
    def suspect(self) -> bool:
        """The source may be what ended a worker: it works alone until it is past the place."""
        return self.deaths > 0

    def followed(self, fraction: float, process: str) -> AttemptHistory:
        """The trail of the next attempt, in `process`; the one before was last seen at `fraction`."""
        rested = replace(self.resting(), process=process)
        # Cut off or frozen for a while, but plainly not dead: it is this very process.
        if not self.at_work or self.process == process:
            return rested
        if not self.suspect or fraction > self.died_at + SAME_PLACE:
            return replace(rested, deaths=1, died_at=fraction)
        deaths = self.deaths + 1 if self.alone else self.deaths
        return replace(rested, deaths=deaths, died_at=max(self.died_at, fraction))

    def working(self, *, alone: bool = False) -> AttemptHistory:
        return replace(self, at_work=True, alone=alone)

    def resting(self) -> AttemptHistory:
        return replace(self, at_work=False, alone=False)

    def faulted(self) -> AttemptHistory:
        return replace(self.resting(), faults=self.faults + 1)

    @property
    def pause_s(self) -> int:
        """How long to wait before the attempt that follows the last fault."""
        return min(1 << max(self.faults - 1, 0), _LONGEST_PAUSE_S)
