"""Live status: the workflow's last state, updated with the heartbeats of running activities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.tasks.state import Fault, LiveState, Stage, StageState, StageStatus, TaskState, TaskStatus


@dataclass(frozen=True)
class PendingActivity:
    """An unfinished activity. `heartbeat_us` is the time of the last heartbeat, None before the first.

    `frames` is the number of frames of a chunk; 0 for other activities.
    """

    stage: Stage
    attempt: int
    running: bool
    fraction: float = 0.0
    heartbeat_us: int | None = None
    last_fault: Fault | None = None
    frames: int = 0


def live_state(state: TaskState, pending: Sequence[PendingActivity], now_us: int) -> LiveState:
    """The state with live progress; `as_of_us` is the oldest heartbeat of the running activities."""
    stages = dict(state.stages)
    for name, stage in state.stages.items():
        of_stage = [activity for activity in pending if activity.stage.value == name]
        if stage.frames_total and of_stage:
            stages[name] = _chunked_stage_now(stage, of_stage)
        elif of_stage:
            stages[name] = _stage_now(stage, of_stage[-1])
    heartbeats_us = [
        activity.heartbeat_us
        for activity in pending
        if activity.running and activity.heartbeat_us is not None
    ]
    as_of_us = min([now_us, *heartbeats_us])
    return LiveState(state=replace(state, stages=stages), as_of_us=as_of_us, source="temporal")


def remaining_us(stage: StageState, now_us: int) -> int | None:
    """Remaining time of a running stage at its average speed so far; None while it is unknown."""
    done = stage.frames_done / stage.frames_total if stage.frames_total else stage.progress / 100
    if stage.status is not StageStatus.RUNNING or stage.started_us is None or not 0 < done <= 1:
        return None
    return round((now_us - stage.started_us) * (1 - done) / done)


def closed_state(state: TaskState, status: TaskStatus, fault: Fault, now_us: int) -> LiveState:
    """State of a task that was terminated from outside, so that its workflow could not record its end."""
    stages = {
        name: replace(stage, status=StageStatus.CANCELLED)
        if stage.status in (StageStatus.PENDING, StageStatus.RUNNING)
        else stage
        for name, stage in state.stages.items()
    }
    ended = replace(state, status=status, stages=stages, fault=fault, parked_until_us=None)
    return LiveState(state=ended, as_of_us=now_us, source="temporal")


def _chunked_stage_now(stage: StageState, chunks: Sequence[PendingActivity]) -> StageState:
    """The stage with the frames of finished chunks and those that the unfinished ones have done so far."""
    in_progress = sum(int(chunk.frames * min(max(chunk.fraction, 0.0), 1.0)) for chunk in chunks)
    done = min(stage.frames_done + in_progress, stage.frames_total)
    running = [chunk for chunk in chunks if chunk.running]
    most_retried = max(running or chunks, key=lambda chunk: chunk.attempt)
    parked = stage.status is StageStatus.FAILED
    return replace(
        stage,
        status=StageStatus.FAILED if parked else StageStatus.RUNNING,
        progress=min(99, 100 * done // stage.frames_total),
        frames_done=done,
        attempt=most_retried.attempt,
        fault=stage.fault if parked else most_retried.last_fault,
    )


def _stage_now(stage: StageState, activity: PendingActivity) -> StageState:
    if not activity.running and activity.attempt == 1:
        # Scheduled, but no worker has started it yet.
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
