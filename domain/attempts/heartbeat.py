"""Heartbeat details of an activity attempt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from domain.attempts.history import AttemptHistory


@dataclass(frozen=True)
class HeartbeatDetails:
    """What a heartbeat tells, and what the next attempt finds: how much of the activity is done, 0 to 1.

    `reached` is the furthest that an earlier attempt had come, `trail` how the earlier ones ended. A chunk
    also tells how many `frames` it has, how often its encoder has failed, and where last.
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
        """What the next attempt begins with."""
        return replace(self, fraction=0.0, reached=max(self.reached, self.fraction))
