"""Board: the state of a task, and its changes when stages start, end, fail and are retried."""

from __future__ import annotations

from dataclasses import replace

from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import Fault, Stage, StageState, StageStatus, TaskOutcome, TaskState, TaskStatus

# The state is stored in the workflow's memo, which must stay small.
_MOST_REMARKS = 5


def skipped_stages(options: ProcessingOptions) -> frozenset[Stage]:
    """The stages that these options do not need.

    A burned video is encoded from its source in one pass and needs no downscaled one.
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
    """State of a task that no worker has started yet."""
    skipped = skipped_stages(options)
    stages = {
        stage.value: StageState(status=StageStatus.SKIPPED if stage in skipped else StageStatus.PENDING)
        for stage in Stage
    }
    return TaskState(task_id=task_id, status=TaskStatus.QUEUED, updated_us=now_us, stages=stages)


class Board:
    """State of one task; every change takes its time in microseconds."""

    def __init__(self, task_id: str, options: ProcessingOptions, now_us: int) -> None:
        self.state = queued_state(task_id, options, now_us)

    def stage(self, stage: Stage) -> StageState:
        return self.state.stages[stage.value]

    def begin(self, now_us: int) -> None:
        self.state = replace(self.state, status=TaskStatus.RUNNING, updated_us=now_us)

    def start(self, stage: Stage, goal: int, now_us: int) -> None:
        """Starts an activity of the stage; at its end the progress is `goal`."""
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
        """Sets the progress after an activity of the stage has succeeded."""
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
        """Sets the progress of a stage in chunks; 0 of 0 turns the counting off."""
        progress = min(99, 100 * done // total) if total else 0
        counted = replace(self.stage(stage), frames_done=done, frames_total=total, progress=progress)
        self._set(stage, counted, now_us)

    def remark(self, stage: Stage, remark: str, now_us: int) -> None:
        """Adds a remark about something unusual."""
        before = self.stage(stage)
        self._set(stage, replace(before, remarks=(*before.remarks, remark)[-_MOST_REMARKS:]), now_us)

    def fail(self, stage: Stage, fault: Fault, now_us: int) -> None:
        """Marks the stage as failed: no further attempt follows."""
        before = self.stage(stage)
        self._set(stage, replace(before, status=StageStatus.FAILED, fault=fault, ended_us=now_us), now_us)

    def park(self, stage: Stage, fault: Fault, until_us: int, now_us: int) -> None:
        """Marks the stage as failed; it waits for a retry until `until_us`."""
        self.fail(stage, fault, now_us)
        until = self.state.parked_until_us
        self.state = replace(self.state, parked_until_us=until_us if until is None else min(until, until_us))

    def unpark(self, stage: Stage, now_us: int) -> None:
        self._set(stage, replace(self.stage(stage), status=StageStatus.PENDING, fault=None), now_us)
        if not any(state.status is StageStatus.FAILED for state in self.state.stages.values()):
            self.state = replace(self.state, parked_until_us=None)

    def set_outcome(self, outcome: TaskOutcome, now_us: int) -> None:
        """Sets the results that the task has so far."""
        self.state = replace(self.state, outcome=outcome, updated_us=now_us)

    def end(self, status: TaskStatus, now_us: int, fault: Fault | None = None) -> None:
        """Ends the task and cancels its unfinished stages."""
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
