"""Progress reporters: long work reports its progress to its attempt, and learns when it must stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class ProgressReporter(Protocol):
    """Receiver of an attempt's progress; raises an error when the work must stop.

    Long work calls `check` several times a second and ends with the error that it raises.
    """

    def advance(self, fraction: float) -> None:
        """Reports that `fraction` (0 to 1) of the work is done."""

    def working(self) -> None:
        """Reports activity (processor time, written bytes) without a new fraction."""

    def check(self) -> None:
        """Raises `AttemptCancelled` or `AttemptDrained` if this attempt must stop."""


@dataclass(frozen=True)
class PartialProgress:
    """Reporter for one of several steps: maps its 0 to 1 to `start` to `end` of the whole."""

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
    """Reporter that discards progress, for a short call outside of an attempt."""

    def advance(self, fraction: float) -> None:
        return None

    def working(self) -> None:
        return None

    def check(self) -> None:
        return None
