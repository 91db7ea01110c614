"""Heartbeat details of an activity attempt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from domain.attempts.history import AttemptHistory


@dataclass(frozen=True)
class HeartbeatDetails:
    """State of an attempt, sent with each heartbeat and read by the next attempt.

    `fraction` is the progress of this attempt, `reached` the highest of earlier ones, both 0 to 1. `trail`
    is the attempt history. A chunk also has its number of `frames`, how often its encoder has failed, and
    the worker of the last failure.
    """

    fraction: float = 0.0
    trail: AttemptHistory = field(default_factory=AttemptHistory)
    reached: float = 0.0
    frames: int = 0
    failures: int = 0
    failed_on: str = ""
    last_failure: str = ""
    handed_back: int = 0

    def for_next_attempt(self) -> HeartbeatDetails:
        """Details with which the next attempt begins."""
        return replace(self, fraction=0.0, reached=max(self.reached, self.fraction))
