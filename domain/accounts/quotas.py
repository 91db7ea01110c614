"""Quotas of one caller: running tasks, bytes and minutes a day, stored bytes."""

from __future__ import annotations

from dataclasses import dataclass

from domain.errors import QuotaExceeded

DAY_US = 24 * 3600 * 1_000_000
MINUTE_US = 60 * 1_000_000

# Retry-After is only an estimate: a task ends in minutes, the sum of the last 24 hours falls gradually.
_RETRY_AFTER_TASKS_S = 30
_RETRY_AFTER_BYTES_S = 600


@dataclass(frozen=True)
class Usage:
    """A caller's current usage; daily values cover the last 24 hours."""

    running_tasks: int = 0
    daily_bytes: int = 0
    daily_media_us: int = 0
    stored_bytes: int = 0


@dataclass(frozen=True)
class Quotas:
    """Limits of a caller; 0 is no limit."""

    running_tasks: int = 0
    daily_bytes: int = 0
    daily_minutes: int = 0
    stored_bytes: int = 0

    def __bool__(self) -> bool:
        return any((self.running_tasks, self.daily_bytes, self.daily_minutes, self.stored_bytes))

    def check(self, usage: Usage, coming_bytes: int = 0) -> None:
        """Raises `QuotaExceeded` unless a task of `coming_bytes` may be added.

        A video's running time is known only after its probe. So an upload is refused once the minutes are
        used up, not when it would use them up.
        """
        if self.running_tasks and usage.running_tasks >= self.running_tasks:
            raise QuotaExceeded(
                f"{usage.running_tasks} of your tasks have not ended; "
                f"{self.running_tasks} may be open at the same time.",
                _RETRY_AFTER_TASKS_S,
            )
        if self.daily_minutes and usage.daily_media_us >= self.daily_minutes * MINUTE_US:
            raise QuotaExceeded(
                f"You have sent {usage.daily_media_us / MINUTE_US:.1f} minutes of media in the last "
                f"24 hours; {self.daily_minutes} may be sent.",
                _RETRY_AFTER_BYTES_S,
            )
        _check_bytes("sent", "in the last 24 hours", usage.daily_bytes, coming_bytes, self.daily_bytes)
        _check_bytes("stored", "in all", usage.stored_bytes, coming_bytes, self.stored_bytes)


NO_QUOTAS = Quotas()


def _check_bytes(done: str, when: str, used: int, coming: int, limit: int) -> None:
    # A caller whose quota is used up is refused even when the upload's size is not known yet.
    if limit and used + max(coming, 1) > limit:
        raise QuotaExceeded(
            f"You have {done} {used} bytes {when}, and this upload has at least {coming}; "
            f"{limit} may be {done}.",
            _RETRY_AFTER_BYTES_S,
        )
