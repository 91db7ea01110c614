"""Tasks as Temporal workflows: start, ask for the state, cancel, retry a stage."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from adapters.temporal.pending import pending_stages
from api.http.clock import now_us
from api.tasks.temporal_start import start_workflow
from domain.errors import (
    PassingError,
    StageNotRetryable,
    TaskEnded,
    TaskStartUnknown,
    TaskUnknown,
    WorkflowsUnavailable,
)
from domain.messages.diagnostics import PartReport
from domain.messages.start import Admission, PipelineRequest, RetryStage
from domain.tasks.live_status import closed_state, live_state
from domain.tasks.state import Fault, LiveState, Stage, TaskState, TaskStatus
from workflows.diagnostics import Diagnostics
from workflows.policies import CPU_QUEUE
from workflows.video_pipeline import VideoPipeline

_ANSWER_WITHIN = timedelta(seconds=2)
_TO_CONNECT = timedelta(seconds=1)
_START_WITHIN = timedelta(seconds=10)
_RETRY_WITHIN = timedelta(seconds=5)
# A probe reads the whole file: this is enough for most uploads; the others are answered without a verdict.
_VERDICT_WITHIN = timedelta(seconds=8)

# Long enough to load models that are on the disk.
_DIAGNOSTICS_WITHIN = timedelta(seconds=60)

# The server may have carried out the request although its response was lost.
_OUTCOME_UNKNOWN = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.UNAVAILABLE, RPCStatusCode.CANCELLED)

# Ends that a workflow can't record itself, with the task's status and fault.
_ENDED_FROM_OUTSIDE = {
    WorkflowExecutionStatus.TERMINATED: (
        TaskStatus.CANCELLED,
        Fault("TaskTerminated", "An operator terminated the task: upload the video again."),
    ),
    WorkflowExecutionStatus.TIMED_OUT: (
        TaskStatus.FAILED,
        Fault("TaskTimedOut", "The task exceeded the time limit of its workflow."),
    ),
    WorkflowExecutionStatus.FAILED: (
        TaskStatus.FAILED,
        Fault("WorkflowFailed", "The workflow failed: see its history in Temporal for the reason."),
    ),
    WorkflowExecutionStatus.CANCELED: (
        TaskStatus.CANCELLED,
        Fault("TaskCancelled", "The task was cancelled before it started."),
    ),
}


@dataclass(frozen=True)
class TemporalTasks:
    """Tasks as workflows of this client's namespace."""

    client: Client

    async def start(self, request: PipelineRequest) -> None:
        """Starts the task (idempotent)."""
        async with _answers(_START_WITHIN, TaskStartUnknown):
            try:
                await start_workflow(self.client, request, _START_WITHIN)
            except WorkflowAlreadyStartedError:
                return
            except RPCError as error:
                if error.status in _OUTCOME_UNKNOWN:
                    raise TaskStartUnknown(
                        f"Temporal did not answer the start of the task: {error}"
                    ) from error
                raise

    async def admission(self, task_id: str) -> Admission | None:
        """Returns the probe's verdict, or None when it takes longer than a caller should wait."""
        try:
            return await self._handle(task_id).execute_update(
                VideoPipeline.admission, rpc_timeout=_VERDICT_WITHIN
            )
        except (WorkflowUpdateRPCTimeoutOrCancelledError, WorkflowUpdateFailedError, RPCError):
            # The task is started; its status will show the verdict.
            return None

    async def state(self, task_id: str) -> LiveState | None:
        """Returns the state with live progress, or None for an unknown task. Needs no running worker."""
        async with _answers():
            try:
                description = await self._handle(task_id).describe(rpc_timeout=_ANSWER_WITHIN)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
                raise
        return await _state_of(description)

    async def cancel(self, task_id: str) -> None:
        """Requests the cancellation; the task stops some time later."""
        await self._require_running(task_id)
        async with _answers():
            await self._handle(task_id).cancel(rpc_timeout=_ANSWER_WITHIN)

    async def ended(self, task_id: str, within_s: float) -> bool:
        """Waits up to `within_s` seconds; true when the task has ended or Temporal no longer has it."""
        async with _answers(timedelta(seconds=within_s)):
            try:
                async with asyncio.timeout(within_s):
                    await self._handle(task_id).result()
            except TimeoutError:
                return False
            except WorkflowFailureError:
                return True
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
        return True

    async def retry(self, task_id: str, stage: Stage) -> None:
        """Retries a parked stage."""
        await self._require_running(task_id)
        async with _answers(_RETRY_WITHIN):
            try:
                await self._handle(task_id).execute_update(
                    VideoPipeline.retry_stage, RetryStage(stage.value), rpc_timeout=_RETRY_WITHIN
                )
            except WorkflowUpdateFailedError as error:
                cause = error.cause
                reason = cause.message if isinstance(cause, ApplicationError) else str(cause)
                raise StageNotRetryable(reason) from error
            except WorkflowUpdateRPCTimeoutOrCancelledError as error:
                raise WorkflowsUnavailable(
                    "No CPU worker took the retry within 5 s: start one, then try again."
                ) from error

    async def ready(self) -> None:
        """Raises `WorkflowsUnavailable` when Temporal does not answer."""
        async with _answers():
            await self.client.service_client.check_health(timeout=_ANSWER_WITHIN)

    async def diagnostics(self) -> tuple[PartReport, ...]:
        """Returns the state of the workers' components; a CPU worker that does not answer is one of them."""
        try:
            async with asyncio.timeout(_DIAGNOSTICS_WITHIN.total_seconds()), _answers(_DIAGNOSTICS_WITHIN):
                checked = await self.client.execute_workflow(
                    Diagnostics.run,
                    id=f"checkup-{uuid.uuid4().hex}",
                    task_queue=CPU_QUEUE,
                    execution_timeout=_DIAGNOSTICS_WITHIN,
                )
        except (TimeoutError, WorkflowFailureError):
            fix = "Start worker_cpu, or look into its log."
            return (PartReport("worker_cpu", ok=False, detail="did not answer within 60 s", mend=fix),)
        return checked.parts

    async def _require_running(self, task_id: str) -> None:
        state = await self.state(task_id)
        if state is None:
            raise TaskUnknown(f"Temporal has no task with the id {task_id!r}.")
        if state.state.status.ended:
            raise TaskEnded(f"The task has already ended: its status is {state.state.status.value}.")

    def _handle(self, task_id: str) -> WorkflowHandle[VideoPipeline, TaskState]:
        return self.client.get_workflow_handle_for(VideoPipeline.run, task_id)


async def _state_of(description: WorkflowExecutionDescription) -> LiveState:
    state: TaskState = await description.memo_value("state", type_hint=TaskState)
    owner: str = await description.memo_value("owner", "", type_hint=str)
    if not state.status.ended and description.status in _ENDED_FROM_OUTSIDE:
        status, fault = _ENDED_FROM_OUTSIDE[description.status]
        return replace(closed_state(state, status, fault, now_us()), owner=owner)
    return replace(live_state(state, await pending_stages(description), now_us()), owner=owner)


@asynccontextmanager
async def _answers(
    within: timedelta = _ANSWER_WITHIN, on_timeout: type[PassingError] = WorkflowsUnavailable
) -> AsyncIterator[None]:
    """Turns failures of an RPC into the product's errors; `on_timeout` is the error of a missing response.

    The RPC has a time-out of its own; the one here also covers connecting, whose own is too long.
    """
    try:
        async with asyncio.timeout((within + _TO_CONNECT).total_seconds()):
            yield
    except TimeoutError as error:
        raise on_timeout("Temporal does not answer in time.") from error
    except (RPCError, RuntimeError) as error:
        if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
            raise TaskUnknown("Temporal has no such task.") from error
        raise WorkflowsUnavailable(f"Temporal does not answer: {error}") from error
