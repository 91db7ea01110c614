"""The tie between a piece of long work and the attempt that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class ProgressReporter(Protocol):
    """Is told of true progress, and says by an error when the work must stop.

    Long work calls `check` several times a second and ends by the error that it raises.
    """

    def advance(self, fraction: float) -> None:
        """The work has come to `fraction` (0 to 1) of its whole."""

    def working(self) -> None:
        """The work moves (it uses the processor, it writes), though its fraction has not."""

    def check(self) -> None:
        """Raise `AttemptCancelled` or `AttemptDrained` if this attempt must stop."""


@dataclass(frozen=True)
class PartialProgress:
    """A pulse whose 0 to 1 is `start` to `end` of another one, for one of several steps."""

    whole: ProgressReporter
    start: float
    end: float

    def advance(self, fraction: float) -> None:
        self.whole.advance(self.start + (self.end - self.start) * fraction)

    def working(self) -> None:
        self.whole.working()

    def check(self) -> None:
        self.whole.check()


class UnreportedProgress:
    """For a short call that belongs to no attempt, such as a doctor's question."""

    def advance(self, fraction: float) -> None:
        return None

    def working(self) -> None:
        return None

    def check(self) -> None:
        return None
