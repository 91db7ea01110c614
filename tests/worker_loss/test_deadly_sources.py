"""Crash handling: a source that crashes its workers is given up; work beside it completes."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from domain.tasks.state import TaskStatus
from tests.worker_loss.conftest import Plant


async def test_a_source_that_crashes_its_worker_three_times_is_given_up_and_its_neighbour_completes(
    plant: Plant,
) -> None:
    plant.start_worker()
    killer, neighbour = await plant.start_task("killer"), await plant.start_task("neighbour")
    results = asyncio.gather(killer.result(), neighbour.result(), return_exceptions=True)

    def restart_crashed_worker() -> bool:
        if plant.workers[-1].poll() is not None:
            plant.start_worker()
        return results.done()

    await plant.until(restart_crashed_worker, "the end of both tasks")
    failed, completed = await results

    assert isinstance(failed, WorkflowFailureError)
    assert isinstance(failed.cause, ApplicationError)
    assert failed.cause.type == "SourceKillsWorker"
    assert not isinstance(completed, BaseException)
    assert completed.status is TaskStatus.COMPLETED
    assert len(plant.lines("killer.deaths")) == 3
    assert len(plant.workers) == 4
    # The neighbour crashed once, with the killer; after that neither ran beside the other.
    assert len(plant.lines("neighbour.attempts")) == 2
    with pytest.raises(StopIteration):
        next(iter(plant.store.list_prefix("temp/")))


async def test_a_crash_suspect_runs_alone_only_until_it_has_passed_the_place_of_its_crash(
    plant: Plant,
) -> None:
    first = plant.start_worker()
    # Without animal detection: an activity beside it at the crash would be a suspect too, and run alone.
    unlucky = await plant.start_task("unlucky", animals=False)
    await plant.ended(first)
    plant.start_worker()
    await plant.until((plant.folder / "unlucky.is_back").exists, "the second attempt")
    plain = await plant.start_task("plain")
    await plant.until_waiting("probe", plain)
    assert plant.lines("plain.attempts") == []

    (plant.folder / "may_go_on").touch()
    states = [await unlucky.result(), await plain.result()]

    assert [state.status for state in states] == [TaskStatus.COMPLETED, TaskStatus.COMPLETED]
    assert plant.lines("unlucky.attempts") == ["1", "2"]
    assert plant.lines("plain.attempts") == ["1"]
