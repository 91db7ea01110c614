"""Monotonic progress: reported progress never decreases while no work is lost."""

from __future__ import annotations

from api.process_state.monotonic_progress import MonotonicProgress
from domain.tasks.state import LiveState, StageState, StageStatus, TaskState, TaskStatus


def report(monotonic: MonotonicProgress, stage: StageState, task_id: str = "task-1") -> StageState:
    state = TaskState(task_id, TaskStatus.RUNNING, updated_us=1, stages={"downscale": stage})
    return monotonic.apply(LiveState(state, as_of_us=1, source="temporal")).state.stages["downscale"]


def chunked(done: int, total: int = 900) -> StageState:
    return StageState(StageStatus.RUNNING, frames_done=done, frames_total=total)


def whole(progress: int, attempt: int) -> StageState:
    return StageState(StageStatus.RUNNING, progress=progress, attempt=attempt)


def test_the_reported_frames_never_decrease() -> None:
    monotonic = MonotonicProgress()

    assert [report(monotonic, chunked(done)).frames_done for done in (450, 300, 600)] == [450, 450, 600]
    assert report(monotonic, chunked(0)).progress == 66


def test_another_task_or_another_total_starts_over() -> None:
    monotonic = MonotonicProgress()
    report(monotonic, chunked(450))

    assert report(monotonic, chunked(10), task_id="task-2").frames_done == 10
    assert report(monotonic, chunked(10, total=500)).frames_done == 10


def test_an_ended_activity_keeps_its_progress_until_its_workflow_counts_it() -> None:
    monotonic = MonotonicProgress()
    report(monotonic, whole(92, attempt=1))

    assert report(monotonic, whole(0, attempt=0)).progress == 92
    assert report(monotonic, whole(0, attempt=0)).progress == 92


def test_another_attempt_starts_over() -> None:
    monotonic = MonotonicProgress()
    report(monotonic, whole(92, attempt=1))

    assert report(monotonic, whole(3, attempt=2)).progress == 3
    assert report(monotonic, whole(0, attempt=0)).progress == 3


def test_a_parked_stage_starts_over() -> None:
    monotonic = MonotonicProgress()
    report(monotonic, whole(92, attempt=1))
    report(monotonic, StageState(StageStatus.FAILED, progress=92))

    assert report(monotonic, whole(3, attempt=1)).progress == 3


def test_a_video_encoded_whole_after_failed_chunks_starts_over() -> None:
    monotonic = MonotonicProgress()
    report(monotonic, chunked(450))

    assert report(monotonic, whole(3, attempt=1)).progress == 3
