"""The one table from the product's errors to Temporal failures."""

from __future__ import annotations

from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, CancelledError, FailureError

from domain.errors import AttemptCancelled, AttemptDrained, AttemptStopped, PassingError, PipelineError

# A drained attempt left a healthy task behind: another worker may take it up at once.
_AT_ONCE = timedelta(milliseconds=100)


def as_failure(error: PipelineError) -> FailureError:
    """The Temporal failure for an error; only passing faults are worth another attempt."""
    if isinstance(error, AttemptCancelled):
        return CancelledError(str(error))
    return ApplicationError(
        str(error),
        type=error.code,
        non_retryable=not isinstance(error, PassingError),
        next_retry_delay=_AT_ONCE if isinstance(error, AttemptDrained) else None,
        # Stopping when told to is no news for the log.
        category=ApplicationErrorCategory.BENIGN
        if isinstance(error, AttemptStopped)
        else ApplicationErrorCategory.UNSPECIFIED,
    )
