"""How much one caller may have: tasks at once, bytes and minutes in a day, bytes in all."""

from __future__ import annotations

from dataclasses import dataclass

from domain.errors import QuotaExceeded

DAY_US = 24 * 3600 * 1_000_000
MINUTE_US = 60 * 1_000_000

# When room comes back is known only roughly: a task ends in minutes, a day's sum falls bit by bit.
_TASK_ENDS_IN_S = 30
_DAY_MOVES_ON_IN_S = 600


@dataclass(frozen=True)
class Usage:
    """What a caller has now; the daily figures are those of the last 24 hours."""

    running_tasks: int = 0
    daily_bytes: int = 0
    daily_media_us: int = 0
    stored_bytes: int = 0


@dataclass(frozen=True)
class Quotas:
    """What a caller may have; 0 is no limit."""

    running_tasks: int = 0
    daily_bytes: int = 0
    daily_minutes: int = 0
    stored_bytes: int = 0

    def __bool__(self) -> bool:
        return any((self.running_tasks, self.daily_bytes, self.daily_minutes, self.stored_bytes))

    def check(self, usage: Usage, coming_bytes: int = 0) -> None:
        """Raises `QuotaExceeded` with the figures unless a task with so many bytes may be added.

        A video's running time is known only after its probe, so minutes that are used up refuse the next.
        """
        if self.running_tasks and usage.running_tasks >= self.running_tasks:
            raise QuotaExceeded(
                f"{usage.running_tasks} of your tasks have not ended; "
                f"{self.running_tasks} may be open at the same time.",
                _TASK_ENDS_IN_S,
            )
        if self.daily_minutes and usage.daily_media_us >= self.daily_minutes * MINUTE_US:
            raise QuotaExceeded(
                f"You have sent {usage.daily_media_us / MINUTE_US:.1f} minutes of media in the last "
                f"24 hours; {self.daily_minutes} may be sent.",
                _DAY_MOVES_ON_IN_S,
            )
        _check_bytes("sent", "in the last 24 hours", usage.daily_bytes, coming_bytes, self.daily_bytes)
        _check_bytes("stored", "in all", usage.stored_bytes, coming_bytes, self.stored_bytes)


NO_QUOTAS = Quotas()


def _check_bytes(done: str, when: str, used: int, coming: int, limit: int) -> None:
    # A caller without any room is refused before a byte is known of what comes.
    if limit and used + max(coming, 1) > limit:
        raise QuotaExceeded(
            f"You have {done} {used} bytes {when}, and this upload has at least {coming}; "
            f"{limit} may be {done}.",
            _DAY_MOVES_ON_IN_S,
        )
