"""Board: changes of a task's state."""

from __future__ import annotations

import pytest

from domain.tasks.board import Board, skipped_stages
from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import Fault, Stage, StageStatus, TaskStatus

FAULT = Fault("ModelUnavailable", "The model is not there.")


@pytest.mark.parametrize(
    ("options", "skipped"),
    [
        (ProcessingOptions(), set()),
        (ProcessingOptions(language="fr"), {Stage.LANGUAGE_DETECTION}),
        (ProcessingOptions(subtitle_mode=SubtitleMode.BURN), {Stage.DOWNSCALE}),
        (ProcessingOptions(subtitle_mode=SubtitleMode.NONE), {Stage.SUBTITLES, Stage.MERGER}),
    ],
)
def test_stages_that_the_options_do_not_need_are_skipped(
    options: ProcessingOptions, skipped: set[Stage]
) -> None:
    assert skipped_stages(options) == skipped


def test_a_stage_of_two_steps_is_running_until_the_last_one_has_ended() -> None:
    board = Board("t", ProcessingOptions(), now_us=1)
    board.start(Stage.SUBTITLES, goal=20, now_us=2)
    board.set_progress(Stage.SUBTITLES, 20, now_us=3)
    between = board.stage(Stage.SUBTITLES)
    board.start(Stage.SUBTITLES, goal=100, now_us=4)
    board.set_progress(Stage.SUBTITLES, 100, now_us=5)
    after = board.stage(Stage.SUBTITLES)

    assert (between.status, between.progress, between.ended_us) == (StageStatus.RUNNING, 20, None)
    assert (after.status, after.progress, after.started_us, after.ended_us) == (
        StageStatus.COMPLETED,
        100,
        2,
        5,
    )


def test_a_task_is_parked_until_the_first_of_its_failed_stages_gives_up() -> None:
    board = Board("t", ProcessingOptions(), now_us=1)
    board.park(Stage.SUBTITLES, FAULT, until_us=90, now_us=2)
    board.park(Stage.ANIMAL_DETECTION, FAULT, until_us=80, now_us=3)

    assert board.state.parked_until_us == 80


def test_a_task_is_parked_while_one_stage_waits() -> None:
    board = Board("t", ProcessingOptions(), now_us=1)
    board.park(Stage.SUBTITLES, FAULT, until_us=90, now_us=2)
    board.park(Stage.ANIMAL_DETECTION, FAULT, until_us=95, now_us=3)
    board.unpark(Stage.SUBTITLES, now_us=4)
    one_left = board.state.parked_until_us
    board.unpark(Stage.ANIMAL_DETECTION, now_us=5)

    assert one_left is not None
    assert board.state.parked_until_us is None
    assert board.stage(Stage.SUBTITLES).fault is None


def test_the_end_of_a_task_cancels_what_has_not_ended() -> None:
    board = Board("t", ProcessingOptions(language="fr"), now_us=1)
    board.set_progress(Stage.DOWNSCALE, 100, now_us=2)
    board.end(TaskStatus.FAILED, now_us=3, fault=FAULT)

    assert {name: stage.status.value for name, stage in board.state.stages.items()} == {
        "downscale": "completed",
        "language_detection": "skipped",
        "animal_detection": "cancelled",
        "subtitles": "cancelled",
        "merger": "cancelled",
    }
    assert board.state.fault == FAULT
