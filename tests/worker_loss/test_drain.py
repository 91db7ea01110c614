"""Drain of a worker: at SIGTERM it hands its work over and exits."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from domain.tasks.state import TaskStatus
from tests.worker_loss.conftest import Plant


async def test_an_activity_that_is_drained_more_often_than_it_may_fail_completes(plant: Plant) -> None:
    task = await plant.start_task("steady")
    for count in range(1, 9):
        worker = plant.start_worker()
        await plant.until(lambda count=count: len(plant.lines("steady.attempts")) == count, "its attempt")  # type: ignore[misc]
        worker.send_signal(signal.SIGTERM)
        assert await plant.ended(worker) == 0
    plant.start_worker()
    state = await task.result()

    assert state.status is TaskStatus.COMPLETED
    assert plant.lines("steady.attempts") == [str(attempt) for attempt in range(1, 10)]


async def test_an_activity_that_ignores_the_stop_is_handed_over(plant: Plant) -> None:
    deaf = plant.start_worker()
    task = await plant.start_task("deaf")
    await plant.until(lambda: plant.lines("deaf.attempts") == ["1"], "its first attempt")

    deaf.send_signal(signal.SIGTERM)
    exit_code = await plant.ended(deaf)
    plant.start_worker()
    state = await task.result()

    assert exit_code == 0
    assert state.status is TaskStatus.COMPLETED
    assert plant.lines("deaf.attempts") == ["1", "2"]
    assert not any((plant.folder / "scratch").glob("*/task-*/downscale.1-1"))


@contextmanager
def silent_server(address: str) -> Iterator[None]:
    """Suspends the Temporal server: connections stay open without answers."""
    port = address.rpartition(":")[2]
    (server,) = [child for child in psutil.Process().children() if port in child.cmdline()]
    server.suspend()
    try:
        yield
    finally:
        server.resume()


async def test_a_drained_worker_exits_even_if_temporal_does_not_answer(plant: Plant) -> None:
    first = plant.start_worker()
    task = await plant.start_task("deaf")
    await plant.until(lambda: plant.lines("deaf.attempts") == ["1"], "its first attempt")
    with silent_server(plant.address):
        first.send_signal(signal.SIGTERM)
        exit_code = await plant.ended(first)
    plant.start_worker()
    state = await task.result()

    assert exit_code == 0
    assert state.status is TaskStatus.COMPLETED


async def test_an_attempt_that_takes_too_long_is_a_fault_and_not_a_crash(plant: Plant) -> None:
    plant.start_worker()
    task = await plant.start_task("slow", stage_timeout_s=15)
    state = await task.result()

    assert state.status is TaskStatus.COMPLETED
    assert (
        (plant.folder / "slow.trail")
        .read_text()
        .startswith("AttemptHistory(deaths=0, died_at=0.0, faults=2, at_work=False")
    )
