"""Conversion of the product's errors to Temporal failures."""

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

# A drained attempt was healthy: another worker may continue at once.
# A chunk that was handed back would most likely return to this worker, which is free now: it waits.
_RETRY_AFTER: dict[type[PipelineError], timedelta] = {
    AttemptDrained: timedelta(milliseconds=100),
    AttemptHandedBack: timedelta(seconds=2),
}


def as_failure(error: PipelineError) -> FailureError:
    """The Temporal failure for an error; only transient errors are retried."""
    if isinstance(error, AttemptCancelled):
        return CancelledError(str(error))
    return ApplicationError(
        str(error),
        type=error.code,
        non_retryable=not isinstance(error, PassingError),
        next_retry_delay=_RETRY_AFTER.get(type(error)),
        # A requested stop is not logged as an error.
        category=ApplicationErrorCategory.BENIGN
        if isinstance(error, AttemptStopped)
        else ApplicationErrorCategory.UNSPECIFIED,
    )


def as_patient_failure(error: PipelineError) -> FailureError:
    """The failure of a step that every task needs. It is also retried after an operator's error, until that
    is fixed: a task that gave up here would not record its end in the catalogue."""
    return ApplicationError(str(error), type=error.code, non_retryable=isinstance(error, SenderError))
