"""Live status of a task with running activities."""

from __future__ import annotations

from domain.tasks.board import Board
from domain.tasks.live_status import PendingActivity, live_state
from domain.tasks.options import ProcessingOptions
from domain.tasks.state import Fault, Stage, StageState, StageStatus, TaskState


def running_subtitles() -> TaskState:
    """The sound is extracted (20), the transcription runs (to 100)."""
    board = Board("t", ProcessingOptions(), now_us=1)
    board.start(Stage.SUBTITLES, goal=20, now_us=1)
    board.set_progress(Stage.SUBTITLES, 20, now_us=2)
    board.start(Stage.SUBTITLES, goal=100, now_us=3)
    return board.state


def stage_now(pending: PendingActivity, state: TaskState | None = None) -> StageState:
    live = live_state(state or running_subtitles(), [pending], now_us=100)
    return live.state.stages[pending.stage.value]


def test_a_heartbeat_takes_the_stage_from_its_last_step_towards_its_goal() -> None:
    stage = stage_now(PendingActivity(Stage.SUBTITLES, attempt=1, running=True, fraction=0.5))

    assert (stage.status, stage.progress, stage.attempt) == (StageStatus.RUNNING, 60, 1)


def test_a_stage_is_not_complete_before_its_workflow_has_completed_it() -> None:
    assert stage_now(PendingActivity(Stage.SUBTITLES, attempt=1, running=True, fraction=1.0)).progress == 99


def test_a_stage_that_no_worker_has_started_is_pending() -> None:
    board = Board("t", ProcessingOptions(), now_us=1)
    board.start(Stage.MERGER, goal=100, now_us=2)
    stage = stage_now(PendingActivity(Stage.MERGER, attempt=1, running=False), board.state)

    assert (stage.status, stage.progress) == (StageStatus.PENDING, 0)


def test_a_stage_between_two_attempts_is_running_and_shows_the_last_fault() -> None:
    fault = Fault("StoreUnavailable", "The store answered 503.")
    stage = stage_now(PendingActivity(Stage.SUBTITLES, attempt=2, running=False, last_fault=fault))

    assert (stage.status, stage.attempt, stage.fault) == (StageStatus.RUNNING, 2, fault)


def test_the_state_is_as_old_as_the_oldest_heartbeat_of_a_running_activity() -> None:
    pending = [
        PendingActivity(Stage.DOWNSCALE, attempt=1, running=True, heartbeat_us=70),
        PendingActivity(Stage.SUBTITLES, attempt=1, running=True, heartbeat_us=90),
        PendingActivity(Stage.ANIMAL_DETECTION, attempt=2, running=False, heartbeat_us=10),
    ]

    assert live_state(running_subtitles(), pending, now_us=100).as_of_us == 70
    assert live_state(running_subtitles(), [], now_us=100).as_of_us == 100
