"""Which faults are tried again."""

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
def test_what_no_retry_can_mend_is_not_tried_again(kind: type[PipelineError]) -> None:
    failure = as_failure(kind("a sentence"))

    assert isinstance(failure, ApplicationError)
    assert (failure.type, failure.message, failure.non_retryable) == (kind.__name__, "a sentence", True)


@pytest.mark.parametrize("kind", leaves(PassingError))
def test_a_passing_fault_is_tried_again(kind: type[PipelineError]) -> None:
    failure = as_failure(kind("a sentence"))

    assert isinstance(failure, ApplicationError)
    assert failure.non_retryable is False


def test_a_drained_attempt_is_taken_up_at_once_by_another_worker() -> None:
    failure = as_failure(AttemptDrained("bye"))

    assert isinstance(failure, ApplicationError)
    assert failure.next_retry_delay == timedelta(milliseconds=100)


def test_a_cancelled_attempt_ends_as_cancelled() -> None:
    assert isinstance(as_failure(AttemptCancelled("stop")), CancelledError)


def test_a_step_that_every_task_needs_waits_for_its_operator() -> None:
    waits = as_patient_failure(SettingInvalid("The object store refused the keys."))
    gives_up = as_patient_failure(FileUnknown("The object store holds nothing to copy."))

    assert isinstance(waits, ApplicationError)
    assert (waits.type, waits.non_retryable) == ("SettingInvalid", False)
    assert isinstance(gives_up, ApplicationError)
    assert (gives_up.type, gives_up.non_retryable) == ("FileUnknown", True)
