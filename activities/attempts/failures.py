"""The one table from the product's errors to Temporal failures."""

from __future__ import annotations

from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, CancelledError, FailureError

from domain.errors import (
    AttemptCancelled,
    AttemptDrained,
    AttemptHandedBack,
    AttemptStopped,
    PassingError,
    PipelineError,
    SenderError,
)

# A drained attempt left a healthy task behind: another worker may take it up at once.
# One that was handed back is most likely taken up by a worker that is free, and this one is.
_RETRY_AFTER: dict[type[PipelineError], timedelta] = {
    AttemptDrained: timedelta(milliseconds=100),
    AttemptHandedBack: timedelta(seconds=2),
}


def as_failure(error: PipelineError) -> FailureError:
    """The Temporal failure for an error; only passing faults are worth another attempt."""
    if isinstance(error, AttemptCancelled):
        return CancelledError(str(error))
    return ApplicationError(
        str(error),
        type=error.code,
        non_retryable=not isinstance(error, PassingError),
        next_retry_delay=_RETRY_AFTER.get(type(error)),
        # Stopping when told to is no news for the log.
        category=ApplicationErrorCategory.BENIGN
        if isinstance(error, AttemptStopped)
        else ApplicationErrorCategory.UNSPECIFIED,
    )


def as_patient_failure(error: PipelineError) -> FailureError:
    """The failure of a step that every task needs to end well: it is tried again until its operator has
    mended what is wrong, because a task that gave up here would end without a word to the catalogue."""
    return ApplicationError(str(error), type=error.code, non_retryable=isinstance(error, SenderError))
