"""How a task's state changes as its stages start, end, fail and are tried again."""

from __future__ import annotations

from dataclasses import replace

from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import Fault, Stage, StageState, StageStatus, TaskOutcome, TaskState, TaskStatus

# The state stands in the workflow's memo, which must stay small.
_REMARKS_KEPT = 5


def skipped_stages(options: ProcessingOptions) -> frozenset[Stage]:
    """The stages that these options need no work for.

    A burned video is made from its source in one pass, so that it needs no downscaled one.
    """
    skipped: set[Stage] = set()
    if options.language is not None:
        skipped.add(Stage.LANGUAGE_DETECTION)
    if options.subtitle_mode is SubtitleMode.BURN:
        skipped.add(Stage.DOWNSCALE)
    if options.subtitle_mode is SubtitleMode.NONE:
        skipped |= {Stage.SUBTITLES, Stage.MERGER}
    if options.given_subtitles is not None:
        skipped |= {Stage.LANGUAGE_DETECTION, Stage.SUBTITLES}
    if not options.animals:
        skipped.add(Stage.ANIMAL_DETECTION)
    return frozenset(skipped)


def queued_state(task_id: str, options: ProcessingOptions, now_us: int) -> TaskState:
    """The state of a task that no worker has taken up yet."""
    skipped = skipped_stages(options)
    stages = {
        stage.value: StageState(status=StageStatus.SKIPPED if stage in skipped else StageStatus.PENDING)
        for stage in Stage
    }
    return TaskState(task_id=task_id, status=TaskStatus.QUEUED, updated_us=now_us, stages=stages)


class Board:
    """Holds the state of one task; every change takes the time at which it happens."""

    def __init__(self, task_id: str, options: ProcessingOptions, now_us: int) -> None:
        self.state = queued_state(task_id, options, now_us)

    def stage(self, stage: Stage) -> StageState:
        return self.state.stages[stage.value]

    def begin(self, now_us: int) -> None:
        self.state = replace(self.state, status=TaskStatus.RUNNING, updated_us=now_us)

    def start(self, stage: Stage, goal: int, now_us: int) -> None:
        """An activity of the stage starts; it takes the progress to `goal`."""
        before = self.stage(stage)
        started_us = now_us if before.started_us is None else before.started_us
        self._set(
            stage,
            replace(
                before,
                status=StageStatus.RUNNING,
                progress_goal=goal,
                started_us=started_us,
                ended_us=None,
                fault=None,
            ),
            now_us,
        )

    def set_progress(self, stage: Stage, progress: int, now_us: int) -> None:
        """An activity of the stage has ended well."""
        done = progress == 100
        self._set(
            stage,
            replace(
                self.stage(stage),
                status=StageStatus.COMPLETED if done else StageStatus.RUNNING,
                progress=progress,
                ended_us=now_us if done else None,
            ),
            now_us,
        )

    def count_frames(self, stage: Stage, done: int, total: int, now_us: int) -> None:
        """The stage is done in chunks, and has come so far; 0 of 0 ends the counting."""
        progress = min(99, 100 * done // total) if total else 0
        counted = replace(self.stage(stage), frames_done=done, frames_total=total, progress=progress)
        self._set(stage, counted, now_us)

    def remark(self, stage: Stage, remark: str, now_us: int) -> None:
        """Something did not go the usual way."""
        before = self.stage(stage)
        self._set(stage, replace(before, remarks=(*before.remarks, remark)[-_REMARKS_KEPT:]), now_us)

    def fail(self, stage: Stage, fault: Fault, now_us: int) -> None:
        """The stage has failed for good."""
        before = self.stage(stage)
        self._set(stage, replace(before, status=StageStatus.FAILED, fault=fault, ended_us=now_us), now_us)

    def park(self, stage: Stage, fault: Fault, until_us: int, now_us: int) -> None:
        """The stage has failed for good and waits for a retry until `until_us`."""
        self.fail(stage, fault, now_us)
        until = self.state.parked_until_us
        self.state = replace(self.state, parked_until_us=until_us if until is None else min(until, until_us))

    def unpark(self, stage: Stage, now_us: int) -> None:
        self._set(stage, replace(self.stage(stage), status=StageStatus.PENDING, fault=None), now_us)
        if not any(state.status is StageStatus.FAILED for state in self.state.stages.values()):
            self.state = replace(self.state, parked_until_us=None)

    def learn(self, outcome: TaskOutcome, now_us: int) -> None:
        """The task has found something out."""
        self.state = replace(self.state, outcome=outcome, updated_us=now_us)

    def end(self, status: TaskStatus, now_us: int, fault: Fault | None = None) -> None:
        """The task ends; what has not ended by then is cancelled with it."""
        stages = {
            name: replace(state, status=StageStatus.CANCELLED, ended_us=now_us)
            if state.status in (StageStatus.PENDING, StageStatus.RUNNING)
            else state
            for name, state in self.state.stages.items()
        }
        self.state = replace(
            self.state, status=status, stages=stages, fault=fault, parked_until_us=None, updated_us=now_us
        )

    def _set(self, stage: Stage, state: StageState, now_us: int) -> None:
        self.state = replace(self.state, stages={**self.state.stages, stage.value: state}, updated_us=now_us)
