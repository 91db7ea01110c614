"""Schedules, and a check for running tasks."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import WorkflowsUnavailable


async def ensure_schedule(
    client: Client, schedule_id: str, action: ScheduleActionStartWorkflow, every: timedelta
) -> None:
    """Create or update the schedule; safe when many workers do it."""
    schedule = Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        # A run longer than the interval delays the next one instead of overlapping it.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    try:
        await client.create_schedule(schedule_id, schedule)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(schedule_id).update(lambda _: ScheduleUpdate(schedule))


class RunningTasks:
    """Check for running tasks, callable from an activity's thread."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._loop = asyncio.get_running_loop()

    def is_running(self, task_id: str) -> bool:
        """True if the task runs; raises `WorkflowsUnavailable` when Temporal does not answer."""
        future = asyncio.run_coroutine_threadsafe(self._status(task_id), self._loop)
        return future.result() is WorkflowExecutionStatus.RUNNING

    async def _status(self, task_id: str) -> WorkflowExecutionStatus | None:
        handle = self._client.get_workflow_handle(task_id)
        try:
            return (await handle.describe(rpc_timeout=timedelta(seconds=10))).status
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise WorkflowsUnavailable(f"Temporal does not answer: {error}") from error
