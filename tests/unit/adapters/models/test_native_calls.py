"""Native calls: progress while they compute, cancel, and stall detection."""

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


def test_the_result_of_the_call_is_returned() -> None:
    assert run_with_stall_limit(lambda: 42, NotedProgress(), stall_limit_s=60) == 42


def test_the_exception_of_the_call_is_raised() -> None:
    def refuse() -> None:
        raise LanguageUnsupported("not here")

    with pytest.raises(LanguageUnsupported, match="not here"):
        run_with_stall_limit(refuse, NotedProgress(), stall_limit_s=60)


def test_a_computing_call_reports_work() -> None:
    progress = NotedProgress()
    assert run_with_stall_limit(lambda: compute_for(1.0), progress, stall_limit_s=60) == "done"
    assert progress.signs_of_life >= 1


def test_a_cancel_is_raised_while_the_call_runs(released: threading.Event) -> None:
    progress = NotedProgress(stop_when=lambda: True)
    with pytest.raises(AttemptCancelled):
        run_with_stall_limit(released.wait, progress, stall_limit_s=60)


def test_an_idle_call_is_a_stall_and_reports_no_work(released: threading.Event) -> None:
    progress = NotedProgress()
    with pytest.raises(ModelStalled):
        run_with_stall_limit(released.wait, progress, stall_limit_s=0.5)


def test_waiting_for_another_machine_counts_as_work(released: threading.Event) -> None:
    progress = NotedProgress(stop_when=lambda: progress.signs_of_life == 2)
    with pytest.raises(AttemptCancelled):
        run_blocking(released.wait, progress)


def test_the_result_of_a_waiting_call_is_returned() -> None:
    assert run_blocking(lambda: "here", NotedProgress()) == "here"
