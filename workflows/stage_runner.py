"""Runner of a task's stages: executes activities, updates the board, parks failed stages for a retry."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.errors import SENDER_CODES, SourceKillsWorker
    from domain.messages.start import PipelineRequest
    from domain.tasks.board import Board
    from domain.tasks.state import Fault, Stage, StageStatus
    from workflows import metrics, policies

Result = TypeVar("Result")


class TaskFailed(Exception):
    """The task has failed: its source was refused, or a failed stage was not retried in time."""

    def __init__(self, fault: Fault, source_refused: bool = False) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.source_refused = source_refused


class StepFailed(Exception):
    """An activity has failed and Temporal does not retry it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class StageRunner:
    """Runner of the stages of one task. Every change of the board is written to the memo, which can be read
    without a worker."""

    def __init__(self, request: PipelineRequest) -> None:
        self._request = request
        self.on_park: Callable[[], None] = lambda: None
        self._rounds: dict[str, int] = {}
        self.board = Board(request.task_id, request.options, now_us())

    async def run(
        self,
        stage: Stage,
        activity: Callable[[Any, Any], Result],
        message: object,
        *,
        queue: str,
        step: str = "",
        goal: int = 100,
        refusable: bool = False,
    ) -> Result:
        """Runs one activity of a stage until it succeeds; then the stage's progress is `goal`.

        A failed stage waits for a manual retry. The task fails instead if the source crashes its workers,
        or, with `refusable`, if the source is at fault. Raises `TaskFailed`, or `CancelledError` when the
        task is cancelled. The `remarks` of a result become the stage's.
        """
        while True:
            self.board.start(stage, goal, now_us())
            self.write_memo()
            try:
                result = await self._round(stage, step, activity, message, queue)
            except StepFailed as failure:
                if refusable and failure.fault.code in SENDER_CODES:
                    raise TaskFailed(failure.fault, source_refused=True) from failure
                await self._park(stage, failure.fault)
            else:
                for remark in getattr(result, "remarks", ()):
                    self.board.remark(stage, remark, now_us())
                self.board.set_progress(stage, goal, now_us())
                self.write_memo()
                return result

    async def run_part(
        self,
        stage: Stage,
        activity: Callable[[Any, Any], Result],
        message: object,
        *,
        step: str,
        queue: str,
        final_codes: frozenset[str] = frozenset(),
    ) -> Result:
        """Runs one of several parallel activities of a stage; does not change the stage's progress.

        Errors in `final_codes` are raised as `StepFailed`, because a manual retry would not help.
        """
        while True:
            if self.board.stage(stage).status is not StageStatus.RUNNING:
                self.board.start(stage, 100, now_us())
                self.write_memo()
            try:
                return await self._round(stage, step, activity, message, queue)
            except StepFailed as failure:
                if failure.fault.code in final_codes:
                    raise
                await self._park(stage, failure.fault)

    async def _round(
        self,
        stage: Stage,
        step: str,
        activity: Callable[[Any, Any], Result],
        message: object,
        queue: str,
    ) -> Result:
        name = f"{stage.value}.{step}" if step else stage.value
        self._rounds[name] = self._rounds.get(name, 0) + 1
        # The round is part of the id, and so of the temp prefix: the first attempt of a manual retry
        # must not write where a late attempt of the round before may still write.
        activity_id = f"{name}.{self._rounds[name]}"
        summary = f"{name} of {self._request.filename}"
        try:
            result: Result = await workflow.execute_activity_method(
                activity,
                message,
                **policies.stage(queue, self._request.stage_timeout_s, activity_id, summary),
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise asyncio.CancelledError from error
            fault = activity_fault(error)
            if fault.code == SourceKillsWorker.__name__:
                # A retry would crash three more workers; the source is not removed, for analysis.
                self.board.fail(stage, fault, now_us())
                raise TaskFailed(fault) from error
            raise StepFailed(fault) from error
        return result

    def finish(self, stage: Stage) -> None:
        """Completes a stage that needs no work."""
        self.board.start(stage, 100, now_us())
        self.complete(stage)

    def complete(self, stage: Stage) -> None:
        """Completes a stage after its last activity."""
        self.board.set_progress(stage, 100, now_us())
        self.write_memo()

    def set_outcome(self, **results: Any) -> None:
        """Sets fields of the task's `TaskOutcome`."""
        self.board.set_outcome(replace(self.board.state.outcome, **results), now_us())
        self.write_memo()

    def retryable(self, stage_name: str) -> bool:
        state = self.board.state.stages.get(stage_name)
        return state is not None and state.status is StageStatus.FAILED

    def retry(self, stage_name: str) -> None:
        """Retries a parked stage."""
        self.board.unpark(Stage(stage_name), now_us())
        self.write_memo()

    def write_memo(self) -> None:
        workflow.upsert_memo({"state": self.board.state})
        workflow.set_current_details(
            "\n".join(
                f"- **{name}**: {state.status.value} {f'- {state.fault.message}' if state.fault else ''}"
                for name, state in self.board.state.stages.items()
            )
        )

    async def _park(self, stage: Stage, fault: Fault) -> None:
        park = timedelta(seconds=self._request.park_s)
        metrics.count_parked(stage, fault)
        self.board.park(stage, fault, now_us() + self._request.park_s * 1_000_000, now_us())
        self.write_memo()
        self.on_park()
        if not await self._retried_within(park, stage):
            raise TaskFailed(fault)

    async def _retried_within(self, park: timedelta, stage: Stage) -> bool:
        """Wait for a person's retry of the stage; false when `park` is over first.

        `workflow.wait_condition` with a timeout would do, but it uses `asyncio.wait_for`, which takes fewer
        turns of the event loop since Python 3.12. The order of commands would depend on the Python
        that runs the worker, and a task parked by one could not go on with another.
        """
        sleep = asyncio.timeout(None)

        async def end_sleep() -> None:
            await workflow.wait_condition(lambda: not self.retryable(stage.value))
            sleep.reschedule(0)  # a time that is over: at once

        retried = asyncio.create_task(end_sleep())
        try:
            async with sleep:
                await workflow.sleep(park, summary=f"{stage} waits for retry")
        except TimeoutError:
            return True
        finally:
            retried.cancel()
        return False


def now_us() -> int:
    """Workflow time: the same on every replay."""
    return round(workflow.now().timestamp() * 1_000_000)


def activity_fault(error: ActivityError) -> Fault:
    """The error of an activity's last attempt."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        return Fault(code=cause.type, message=cause.message)
    return Fault(code=type(cause).__name__, message=str(cause or error))


async def all_of(*tasks: asyncio.Task[Any]) -> None:
    """Waits for all tasks; cancels the others when one fails or the wait is cancelled."""
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
