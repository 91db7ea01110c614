"""Monotonic progress: the progress that one API process reports never falls while no work is lost."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from domain.tasks.state import LiveState, StageState, StageStatus

_STAGES_REMEMBERED = 10_000


@dataclass(frozen=True)
class _Reported:
    """Highest reported value of a stage: its frames, or its percentage in one attempt."""

    frames_done: int
    frames_total: int
    progress: int
    attempt: int


class MonotonicProgress:
    """Highest progress that was reported of each running stage.

    Sources lag: an activity that has just ended is no longer running, but its workflow counts it a moment
    later (or when a worker is back), and the catalogue's row lags behind both. No work is lost then. A new
    attempt does lose work and may report less, except with chunks: their frame count stays until the new
    attempt has passed it.
    """

    def __init__(self) -> None:
        self._reported: OrderedDict[tuple[str, str], _Reported] = OrderedDict()

    def apply(self, live: LiveState) -> LiveState:
        """Returns the state with no less progress than was reported before."""
        state = live.state
        stages = {name: self._at_least((state.task_id, name), stage) for name, stage in state.stages.items()}
        return replace(live, state=replace(state, stages=stages))

    def _at_least(self, key: tuple[str, str], stage: StageState) -> StageState:
        before = self._reported.pop(key, None)
        if stage.status is not StageStatus.RUNNING:
            return stage
        shown = _no_less(stage, before) if before else stage
        attempt = stage.attempt or (before.attempt if before else 0)
        self._reported[key] = _Reported(shown.frames_done, shown.frames_total, shown.progress, attempt)
        if len(self._reported) > _STAGES_REMEMBERED:
            self._reported.popitem(last=False)
        return shown


def _no_less(stage: StageState, before: _Reported) -> StageState:
    if stage.frames_total:
        if stage.frames_total != before.frames_total:
            return stage
        most = max(stage.frames_done, before.frames_done)
        return replace(stage, frames_done=most, progress=min(99, 100 * most // stage.frames_total))
    if before.frames_total or stage.attempt not in (0, before.attempt):
        return stage
    return replace(stage, progress=max(stage.progress, before.progress))
