"""Keeps the progress of stages in chunks from falling back in what one API process tells."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from domain.stages import LiveState, StageState, StageStatus

_STAGES_REMEMBERED = 10_000


class Furthest:
    """The most frames that were told of each stage.

    A chunk that has just ended is no longer a running activity, and its workflow counts it a moment later, or
    when there is a worker again; and the catalogue's row lags behind both. None of that undoes a frame.
    """

    def __init__(self) -> None:
        self._frames: OrderedDict[tuple[str, str, int], int] = OrderedDict()

    def hold(self, live: LiveState) -> LiveState:
        """The state with no fewer frames than were told before."""
        state = live.state
        stages = {name: self._held(state.task_id, name, stage) for name, stage in state.stages.items()}
        return replace(live, state=replace(state, stages=stages))

    def _held(self, task_id: str, name: str, stage: StageState) -> StageState:
        if stage.frames_total == 0 or stage.status is StageStatus.COMPLETED:
            return stage
        key = (task_id, name, stage.frames_total)
        most = max(stage.frames_done, self._frames.pop(key, 0))
        self._frames[key] = most
        if len(self._frames) > _STAGES_REMEMBERED:
            self._frames.popitem(last=False)
        return replace(stage, frames_done=most, progress=min(99, 100 * most // stage.frames_total))
