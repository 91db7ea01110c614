"""What is tried on a chunk whose encoder has failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.attempts.chunk_retries import Trial, is_hopeless, next_trial, remark
from domain.attempts.heartbeat import Beat

FAILED_TWICE = Beat(failures=2, failed_on="here", last_failure="MediaToolFailed: it broke")


@pytest.mark.parametrize("failures", [0, 1])
def test_the_worker_where_it_failed_once_tries_again(failures: int) -> None:
    assert next_trial(Beat(failures=failures, failed_on="here"), "here") is Trial.USUAL


def test_a_worker_that_has_failed_twice_hands_it_back() -> None:
    assert next_trial(FAILED_TWICE, "here") is Trial.HAND_BACK


def test_another_worker_tries_the_usual_recipe() -> None:
    assert next_trial(FAILED_TWICE, "there") is Trial.USUAL


def test_a_worker_that_is_alone_stops_handing_it_back() -> None:
    assert next_trial(replace(FAILED_TWICE, handed_back=5), "here") is Trial.USUAL


def test_after_three_failures_the_recipe_is_plain_wherever_it_is_tried() -> None:
    assert next_trial(replace(FAILED_TWICE, failures=3), "here") is Trial.PLAIN
    assert next_trial(replace(FAILED_TWICE, failures=4), "there") is Trial.PLAIN


def test_five_failures_are_enough() -> None:
    assert [is_hopeless(failures) for failures in (1, 4, 5)] == [False, False, True]


def test_a_chunk_that_never_failed_needs_no_remark() -> None:
    assert remark("Chunk 1", Beat(), "here") == ""


@pytest.mark.parametrize(
    ("failures", "identity", "how"),
    [
        (1, "here", "at another try"),
        (2, "there", "by another worker"),
        (3, "there", "with a plain recipe"),
    ],
)
def test_a_remark_says_how_it_was_made_and_after_what(failures: int, identity: str, how: str) -> None:
    told = remark("Chunk 1", replace(FAILED_TWICE, failures=failures), identity)

    assert told == f"Chunk 1 was encoded {how}, after: MediaToolFailed: it broke"
