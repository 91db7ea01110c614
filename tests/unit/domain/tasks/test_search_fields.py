"""Search attributes of a task's state."""

from __future__ import annotations

from domain.tasks.board import Board
from domain.tasks.options import ProcessingOptions
from domain.tasks.search_fields import SearchFields, search_fields_of
from domain.tasks.state import Fault, Stage, TaskOutcome, TaskStatus

NO_MODEL = Fault("ModelUnavailable", "The model is not there.")


def board() -> Board:
    board = Board("task-1", ProcessingOptions(), 0)
    board.begin(1)
    return board


def test_a_queued_task_has_no_search_attributes() -> None:
    assert search_fields_of(Board("task-1", ProcessingOptions(), 0).state) == SearchFields()


def test_a_task_shows_every_running_stage() -> None:
    running = board()
    running.start(Stage.DOWNSCALE, 100, 2)
    running.start(Stage.SUBTITLES, 100, 2)
    assert search_fields_of(running.state).stages == ("downscale", "subtitles")
    running.set_progress(Stage.DOWNSCALE, 100, 3)
    assert search_fields_of(running.state).stages == ("subtitles",)


def test_a_parked_stage_shows_its_failure_until_it_is_retried() -> None:
    parked = board()
    parked.start(Stage.SUBTITLES, 100, 2)
    parked.park(Stage.SUBTITLES, NO_MODEL, 9, 3)
    assert search_fields_of(parked.state) == SearchFields(stages=("subtitles",), failure="ModelUnavailable")
    parked.unpark(Stage.SUBTITLES, 4)
    assert search_fields_of(parked.state) == SearchFields()


def test_a_failed_task_shows_its_error_and_stage() -> None:
    failed = board()
    failed.start(Stage.MERGER, 100, 2)
    failed.fail(Stage.MERGER, NO_MODEL, 3)
    failed.end(TaskStatus.FAILED, 4, NO_MODEL)
    assert search_fields_of(failed.state) == SearchFields(stages=("merger",), failure="ModelUnavailable")


def test_a_cancelled_task_shows_no_stage() -> None:
    cancelled = board()
    cancelled.start(Stage.DOWNSCALE, 100, 2)
    cancelled.set_outcome(TaskOutcome(language="fr"), 3)
    cancelled.end(TaskStatus.CANCELLED, 4)
    assert search_fields_of(cancelled.state) == SearchFields(language="fr")
