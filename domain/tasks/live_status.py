"""Lays the heartbeats of running activities over the state that the workflow last wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.tasks.state import Fault, LiveState, Stage, StageState, StageStatus, TaskState, TaskStatus


@dataclass(frozen=True)
class PendingActivity:
    """An activity that Temporal has not seen the end of. `beat_us` is None before its first beat.

    `frames` is the number of frames it is to make; 0 for one that is not a chunk.
    """

    stage: Stage
    attempt: int
    running: bool
    fraction: float = 0.0
    beat_us: int | None = None
    last_fault: Fault | None = None
    frames: int = 0


def live_state(state: TaskState, pending: Sequence[PendingActivity], now_us: int) -> LiveState:
    """The state with live progress; it is as old as the oldest beat of a running activity."""
    stages = dict(state.stages)
    for name, stage in state.stages.items():
        of_stage = [activity for activity in pending if activity.stage.value == name]
        if stage.frames_total and of_stage:
            stages[name] = _chunked_stage_now(stage, of_stage)
        elif of_stage:
            stages[name] = _stage_now(stage, of_stage[-1])
    beats = [activity.beat_us for activity in pending if activity.running and activity.beat_us is not None]
    return LiveState(state=replace(state, stages=stages), as_of_us=min([now_us, *beats]), source="temporal")


def remaining_us(stage: StageState, now_us: int) -> int | None:
    """How long a running stage will still take if it goes on as it has; None while nobody can say."""
    done = stage.frames_done / stage.frames_total if stage.frames_total else stage.progress / 100
    if stage.status is not StageStatus.RUNNING or stage.started_us is None or not 0 < done <= 1:
        return None
    return round((now_us - stage.started_us) * (1 - done) / done)


def closed_state(state: TaskState, status: TaskStatus, fault: Fault, now_us: int) -> LiveState:
    """The state of a task that was ended from outside, so that its workflow had no last word."""
    stages = {
        name: replace(stage, status=StageStatus.CANCELLED)
        if stage.status in (StageStatus.PENDING, StageStatus.RUNNING)
        else stage
        for name, stage in state.stages.items()
    }
    ended = replace(state, status=status, stages=stages, fault=fault, parked_until_us=None)
    return LiveState(state=ended, as_of_us=now_us, source="temporal")


def _chunked_stage_now(stage: StageState, chunks: Sequence[PendingActivity]) -> StageState:
    """Frames done of all frames: those of finished chunks, and of the others as far as they have come."""
    under_way = sum(int(chunk.frames * min(max(chunk.fraction, 0.0), 1.0)) for chunk in chunks)
    done = min(stage.frames_done + under_way, stage.frames_total)
    busy = [chunk for chunk in chunks if chunk.running]
    troubled = max(busy or chunks, key=lambda chunk: chunk.attempt)
    parked = stage.status is StageStatus.FAILED
    return replace(
        stage,
        status=StageStatus.FAILED if parked else StageStatus.RUNNING,
        progress=min(99, 100 * done // stage.frames_total),
        frames_done=done,
        attempt=troubled.attempt,
        fault=stage.fault if parked else troubled.last_fault,
    )


def _stage_now(stage: StageState, activity: PendingActivity) -> StageState:
    if not activity.running and activity.attempt == 1:
        # Scheduled but taken up by no worker yet: to a person it has not begun.
        status = StageStatus.PENDING if stage.progress == 0 else StageStatus.RUNNING
        return replace(stage, status=status, attempt=0)
    fraction = min(max(activity.fraction, 0.0), 1.0)
    progress = stage.progress + int((stage.progress_goal - stage.progress) * fraction)
    return replace(
        stage,
        status=StageStatus.RUNNING,
        progress=min(progress, 99),
        attempt=activity.attempt,
        fault=activity.last_fault,
    )
