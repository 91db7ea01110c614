"""Retries of a chunk whose encoder has failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.attempts.chunk_retries import ChunkRetry, is_hopeless, next_retry, remark
from domain.attempts.heartbeat import HeartbeatDetails

FAILED_TWICE = HeartbeatDetails(failures=2, failed_on="here", last_failure="MediaToolFailed: it broke")


@pytest.mark.parametrize("failures", [0, 1])
def test_the_worker_on_which_it_failed_once_tries_again(failures: int) -> None:
    assert next_retry(HeartbeatDetails(failures=failures, failed_on="here"), "here") is ChunkRetry.USUAL


def test_a_worker_that_has_failed_twice_hands_it_back() -> None:
    assert next_retry(FAILED_TWICE, "here") is ChunkRetry.HAND_BACK


def test_another_worker_tries_the_usual_recipe() -> None:
    assert next_retry(FAILED_TWICE, "there") is ChunkRetry.USUAL


def test_the_only_worker_stops_handing_it_back() -> None:
    assert next_retry(replace(FAILED_TWICE, handed_back=5), "here") is ChunkRetry.USUAL


def test_after_three_failures_the_recipe_is_plain_wherever_it_is_tried() -> None:
    assert next_retry(replace(FAILED_TWICE, failures=3), "here") is ChunkRetry.PLAIN
    assert next_retry(replace(FAILED_TWICE, failures=4), "there") is ChunkRetry.PLAIN


def test_a_chunk_is_given_up_after_five_failures() -> None:
    assert [is_hopeless(failures) for failures in (1, 4, 5)] == [False, False, True]


def test_a_chunk_that_never_failed_needs_no_remark() -> None:
    assert remark("Chunk 1", HeartbeatDetails(), "here") == ""


@pytest.mark.parametrize(
    ("failures", "identity", "retry"),
    [
        (1, "here", "at another try"),
        (2, "there", "by another worker"),
        (3, "there", "with a plain recipe"),
    ],
)
def test_a_remark_has_the_retry_and_the_last_failure(failures: int, identity: str, retry: str) -> None:
    text = remark("Chunk 1", replace(FAILED_TWICE, failures=failures), identity)

    assert text == f"Chunk 1 was encoded {retry}, after: MediaToolFailed: it broke"
