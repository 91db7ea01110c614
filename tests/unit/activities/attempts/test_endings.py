"""End of an attempt: reported failures and the history for the next attempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.attempts.endings import give_up_if_hopeless, last_details, outcome
from activities.attempts.failures import as_failure
from domain.attempts.heartbeat import HeartbeatDetails
from domain.attempts.history import AttemptHistory
from domain.errors import (
    AttemptCancelled,
    AttemptDrained,
    AttemptSuperseded,
    NoVideoStream,
    StoreUnavailable,
)


def test_a_transient_fault_is_counted_and_tried_again_after_a_pause() -> None:
    error = as_failure(StoreUnavailable("The store answered 503."))
    failure, history = outcome(error, AttemptHistory(faults=2, at_work=True))

    assert isinstance(failure, ApplicationError)
    assert (failure.type, failure.message) == ("StoreUnavailable", "The store answered 503.")
    assert (failure.non_retryable, failure.next_retry_delay) == (False, timedelta(seconds=4))
    assert (history.faults, history.at_work) == (3, False)


def test_the_sixth_fault_is_the_last() -> None:
    failure, _ = outcome(as_failure(StoreUnavailable("The store answered 503.")), AttemptHistory(faults=5))
    assert isinstance(failure, ApplicationError)
    assert (failure.type, failure.non_retryable) == ("StoreUnavailable", True)


def test_an_unexpected_error_is_a_fault_with_its_own_name() -> None:
    failure, history = outcome(ZeroDivisionError("division by zero"), AttemptHistory())
    assert isinstance(failure, ApplicationError)
    assert (failure.type, failure.message, history.faults) == ("ZeroDivisionError", "division by zero", 1)


@pytest.mark.parametrize(
    "error",
    [
        as_failure(AttemptDrained("The worker is shutting down.")),
        as_failure(AttemptSuperseded("Another attempt runs.")),
        as_failure(AttemptCancelled("The task was cancelled.")),
        as_failure(NoVideoStream("The file holds sound only.")),
    ],
)
def test_a_stop_and_a_refusal_are_no_faults_and_pass_unchanged(error: Exception) -> None:
    assert outcome(error, AttemptHistory(faults=5, deaths=2, at_work=True)) == (
        error,
        AttemptHistory(faults=5, deaths=2),
    )


def test_two_crashes_allow_another_attempt_and_three_do_not() -> None:
    give_up_if_hopeless(AttemptHistory(deaths=2))
    with pytest.raises(ApplicationError, match="3 times") as failure:
        give_up_if_hopeless(AttemptHistory(deaths=3, died_at=0.4))
    assert (failure.value.type, failure.value.non_retryable) == ("SourceKillsWorker", True)
    assert "40%" in failure.value.message


def test_attempts_that_all_took_too_long_are_given_up() -> None:
    give_up_if_hopeless(AttemptHistory(faults=5))
    with pytest.raises(ApplicationError) as failure:
        give_up_if_hopeless(AttemptHistory(faults=6))
    assert (failure.value.type, failure.value.non_retryable) == ("AttemptOverdue", True)


@pytest.mark.parametrize(
    ("raw_details", "details"),
    [
        ([], HeartbeatDetails()),
        ([{"fraction": 0.5}], HeartbeatDetails(0.5)),
        (
            [{"fraction": 0.5, "trail": {"deaths": 1, "at_work": True}, "newer": 7}],
            HeartbeatDetails(0.5, trail=AttemptHistory(deaths=1, at_work=True)),
        ),
    ],
)
def test_heartbeats_of_older_and_newer_workers_are_understood(
    raw_details: list[object], details: HeartbeatDetails
) -> None:
    assert last_details(replace(ActivityEnvironment().info, heartbeat_details=raw_details)) == details
