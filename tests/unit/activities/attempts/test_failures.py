"""Retry rules of the errors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError, CancelledError

from activities.attempts.failures import as_failure, as_patient_failure
from domain.errors import (
    AttemptCancelled,
    AttemptDrained,
    FileUnknown,
    OperatorError,
    PassingError,
    PipelineError,
    SenderError,
    SettingInvalid,
    leaves,
)


@pytest.mark.parametrize("kind", [*leaves(SenderError), *leaves(OperatorError)])
def test_an_error_that_no_retry_can_fix_is_not_retried(kind: type[PipelineError]) -> None:
    failure = as_failure(kind("a sentence"))

    assert isinstance(failure, ApplicationError)
    assert (failure.type, failure.message, failure.non_retryable) == (kind.__name__, "a sentence", True)


@pytest.mark.parametrize("kind", leaves(PassingError))
def test_a_transient_fault_is_retried(kind: type[PipelineError]) -> None:
    failure = as_failure(kind("a sentence"))

    assert isinstance(failure, ApplicationError)
    assert failure.non_retryable is False


def test_a_drained_attempt_is_retried_at_once() -> None:
    failure = as_failure(AttemptDrained("bye"))

    assert isinstance(failure, ApplicationError)
    assert failure.next_retry_delay == timedelta(milliseconds=100)


def test_a_cancelled_attempt_ends_as_cancelled() -> None:
    assert isinstance(as_failure(AttemptCancelled("stop")), CancelledError)


def test_a_step_that_every_task_needs_is_retried_until_the_operator_has_fixed_the_error() -> None:
    waits = as_patient_failure(SettingInvalid("The object store refused the keys."))
    gives_up = as_patient_failure(FileUnknown("The object store holds nothing to copy."))

    assert isinstance(waits, ApplicationError)
    assert (waits.type, waits.non_retryable) == ("SettingInvalid", False)
    assert isinstance(gives_up, ApplicationError)
    assert (gives_up.type, gives_up.non_retryable) == ("FileUnknown", True)
