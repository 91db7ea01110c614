"""Lays the heartbeats of running activities over the state that the workflow last wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.stages import Fault, LiveState, Stage, StageState, StageStatus, TaskState, TaskStatus


@dataclass(frozen=True)
class PendingActivity:
    """An activity that Temporal has not seen the end of. `beat_us` is None before its first beat."""

    stage: Stage
    attempt: int
    running: bool
    fraction: float = 0.0
    beat_us: int | None = None
    last_fault: Fault | None = None


def live_state(state: TaskState, pending: Sequence[PendingActivity], now_us: int) -> LiveState:
    """The state with live progress; it is as old as the oldest beat of a running activity."""
    stages = dict(state.stages)
    for activity in pending:
        name = activity.stage.value
        if name in stages:
            stages[name] = _stage_now(stages[name], activity)
    beats = [activity.beat_us for activity in pending if activity.running and activity.beat_us is not None]
    return LiveState(state=replace(state, stages=stages), as_of_us=min([now_us, *beats]), source="temporal")


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
