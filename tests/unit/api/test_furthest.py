"""Progress in chunks never falls back, whatever is asked of whom."""

from __future__ import annotations

from api.furthest import Furthest
from domain.stages import LiveState, StageState, StageStatus, TaskState, TaskStatus


def told(furthest: Furthest, done: int, total: int = 900, task_id: str = "task-1") -> StageState:
    stage = StageState(StageStatus.RUNNING, frames_done=done, frames_total=total)
    state = TaskState(task_id, TaskStatus.RUNNING, updated_us=1, stages={"downscale": stage})
    return furthest.hold(LiveState(state, as_of_us=1, source="temporal")).state.stages["downscale"]


def test_fewer_frames_than_before_are_not_told() -> None:
    furthest = Furthest()

    assert [told(furthest, done).frames_done for done in (450, 300, 600)] == [450, 450, 600]
    assert told(furthest, 0).progress == 66


def test_another_task_and_another_count_begin_anew() -> None:
    furthest = Furthest()
    told(furthest, 450)

    assert told(furthest, 10, task_id="task-2").frames_done == 10
    assert told(furthest, 10, total=500).frames_done == 10


def test_a_stage_that_counts_no_frames_is_told_as_it_is() -> None:
    assert told(Furthest(), 0, total=0).frames_done == 0
