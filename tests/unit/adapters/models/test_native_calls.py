"""A native call is watched: it beats while it computes, stops on a cancel, and a stall is noticed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from adapters.models.native_calls import run_blocking, run_with_stall_limit
from domain.errors import AttemptCancelled, LanguageUnsupported, ModelStalled
from tests.contract.media.progress import NotedProgress


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Set at the end of the test, so that no call outlives it."""
    event = threading.Event()
    yield event
    event.set()


def compute_for(seconds: float) -> str:
    until_s = time.process_time() + seconds
    while time.process_time() < until_s:
        sum(range(1000))
    return "done"


def test_what_the_call_returns_is_returned() -> None:
    assert run_with_stall_limit(lambda: 42, NotedProgress(), stall_limit_s=60) == 42


def test_what_the_call_raises_is_raised() -> None:
    def refuse() -> None:
        raise LanguageUnsupported("not here")

    with pytest.raises(LanguageUnsupported, match="not here"):
        run_with_stall_limit(refuse, NotedProgress(), stall_limit_s=60)


def test_a_call_that_computes_shows_signs_of_life() -> None:
    progress = NotedProgress()
    assert run_with_stall_limit(lambda: compute_for(1.0), progress, stall_limit_s=60) == "done"
    assert progress.signs_of_life >= 1


def test_a_cancel_is_heard_while_the_call_goes_on(released: threading.Event) -> None:
    progress = NotedProgress(stop_when=lambda: True)
    with pytest.raises(AttemptCancelled):
        run_with_stall_limit(released.wait, progress, stall_limit_s=60)


def test_a_call_that_does_nothing_is_a_stall_and_no_sign_of_life(released: threading.Event) -> None:
    progress = NotedProgress()
    with pytest.raises(ModelStalled):
        run_with_stall_limit(released.wait, progress, stall_limit_s=0.5)


def test_waiting_for_another_machine_is_a_sign_of_life(released: threading.Event) -> None:
    progress = NotedProgress(stop_when=lambda: progress.signs_of_life == 2)
    with pytest.raises(AttemptCancelled):
        run_blocking(released.wait, progress)


def test_what_an_awaited_call_returns_is_returned() -> None:
    assert run_blocking(lambda: "here", NotedProgress()) == "here"
