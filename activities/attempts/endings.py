"""End of an attempt: the failure that is reported to Temporal, and the history for the next attempt."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity
from temporalio.converter import value_to_type
from temporalio.exceptions import ApplicationError, CancelledError

from activities.attempts.failures import as_failure
from domain.attempts.heartbeat import HeartbeatDetails
from domain.attempts.history import CRASHES_ALLOWED, FAULTS_ALLOWED, AttemptHistory
from domain.errors import (
    AttemptDrained,
    AttemptHandedBack,
    AttemptOverdue,
    AttemptSuperseded,
    SourceKillsWorker,
)

_NO_FAULTS = frozenset(kind.__name__ for kind in (AttemptDrained, AttemptHandedBack, AttemptSuperseded))


def last_details(run: activity.Info) -> HeartbeatDetails:
    """The last heartbeat details of the attempt before; empty ones for the first attempt."""
    if not run.heartbeat_details:
        return HeartbeatDetails()
    details: HeartbeatDetails = value_to_type(HeartbeatDetails, run.heartbeat_details[0])
    return details


def give_up_if_hopeless(history: AttemptHistory) -> None:
    """Raises a final failure after too many crashes or faults."""
    if history.deaths >= CRASHES_ALLOWED:
        raise as_failure(
            SourceKillsWorker(
                f"The worker crashed {history.deaths} times while it worked on this, the last times with no "
                f"other work beside it, when {history.died_at:.0%} of the work was done."
            )
        )
    if history.faults >= FAULTS_ALLOWED:
        message = f"{history.faults} attempts failed, the last one because it took too long."
        raise ApplicationError(message, type=AttemptOverdue.__name__, non_retryable=True)


def outcome(error: Exception, start: AttemptHistory) -> tuple[Exception, AttemptHistory]:
    """The failure to report for an attempt that ended with `error`, and the history after it."""
    if isinstance(error, CancelledError):
        return error, start.idle()
    known = error if isinstance(error, ApplicationError) else None
    if known and (known.non_retryable or known.type in _NO_FAULTS):
        return error, start.idle()
    history = start.faulted()
    final = history.faults >= FAULTS_ALLOWED
    failure = ApplicationError(
        known.message if known else str(error),
        type=known.type if known else type(error).__name__,
        non_retryable=final,
        next_retry_delay=None if final else timedelta(seconds=history.pause_s),
    )
    return failure, history
