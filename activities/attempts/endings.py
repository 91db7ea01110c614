"""What Temporal is told of an attempt's end, and what the next attempt makes of it."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity
from temporalio.converter import value_to_type
from temporalio.exceptions import ApplicationError, CancelledError

from activities.attempts.failures import as_failure
from domain.attempts.heartbeat import HeartbeatDetails
from domain.attempts.history import DEATHS_ALLOWED, FAULTS_ALLOWED, AttemptHistory
from domain.errors import (
    AttemptDrained,
    AttemptHandedBack,
    AttemptOverdue,
    AttemptSuperseded,
    SourceKillsWorker,
)

_NO_FAULTS = frozenset(kind.__name__ for kind in (AttemptDrained, AttemptHandedBack, AttemptSuperseded))


def last_details(run: activity.Info) -> HeartbeatDetails:
    """The last beat of the attempt before; an empty one for the first attempt."""
    if not run.heartbeat_details:
        return HeartbeatDetails()
    beat: HeartbeatDetails = value_to_type(HeartbeatDetails, run.heartbeat_details[0])
    return beat


def give_up_if_hopeless(trail: AttemptHistory) -> None:
    if trail.deaths >= DEATHS_ALLOWED:
        raise as_failure(
            SourceKillsWorker(
                f"The worker ended without a word {trail.deaths} times while it worked on this, the last "
                f"times with nothing beside it, when {trail.died_at:.0%} of the work was done."
            )
        )
    if trail.faults >= FAULTS_ALLOWED:
        message = f"{trail.faults} attempts failed, the last one because it took too long."
        raise ApplicationError(message, type=AttemptOverdue.__name__, non_retryable=True)


def outcome(error: Exception, start: AttemptHistory) -> tuple[Exception, AttemptHistory]:
    """What Temporal is told of an attempt that ended by `error`, and the trail that it leaves."""
    if isinstance(error, CancelledError):
        return error, start.resting()
    known = error if isinstance(error, ApplicationError) else None
    if known and (known.non_retryable or known.type in _NO_FAULTS):
        return error, start.resting()
    trail = start.faulted()
    final = trail.faults >= FAULTS_ALLOWED
    failure = ApplicationError(
        known.message if known else str(error),
        type=known.type if known else type(error).__name__,
        non_retryable=final,
        next_retry_delay=None if final else timedelta(seconds=trail.pause_s),
    )
    return failure, trail
