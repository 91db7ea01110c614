"""Keeps progress from falling back in what one API process tells, where nothing was lost."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from domain.tasks.state import LiveState, StageState, StageStatus

_STAGES_REMEMBERED = 10_000


@dataclass(frozen=True)
class _Reported:
    """The most that was told of a stage: its frames of so many, or its progress in one attempt."""

    frames_done: int
    frames_total: int
    progress: int
    attempt: int


class MonotonicProgress:
    """What was told last of each running stage.

    An activity that has just ended is no longer a running one, and its workflow counts it a moment later, or
    when there is a worker again; and the catalogue's row lags behind both. None of that undoes work. Another
    attempt does, except of a chunk, which shows what it had until it has come as far again.
    """

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, str], _Reported] = OrderedDict()

    def hold(self, live: LiveState) -> LiveState:
        """The state with no less progress than was told before."""
        state = live.state
        stages = {name: self._held((state.task_id, name), stage) for name, stage in state.stages.items()}
        return replace(live, state=replace(state, stages=stages))

    def _held(self, key: tuple[str, str], stage: StageState) -> StageState:
        before = self._told.pop(key, None)
        if stage.status is not StageStatus.RUNNING:
            return stage
        held = _no_less(stage, before) if before else stage
        attempt = stage.attempt or (before.attempt if before else 0)
        self._told[key] = _Reported(held.frames_done, held.frames_total, held.progress, attempt)
        if len(self._told) > _STAGES_REMEMBERED:
            self._told.popitem(last=False)
        return held


def _no_less(stage: StageState, before: _Reported) -> StageState:
    if stage.frames_total:
        if stage.frames_total != before.frames_total:
            return stage
        most = max(stage.frames_done, before.frames_done)
        return replace(stage, frames_done=most, progress=min(99, 100 * most // stage.frames_total))
    if before.frames_total or stage.attempt not in (0, before.attempt):
        return stage
    return replace(stage, progress=max(stage.progress, before.progress))
