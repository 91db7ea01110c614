"""State of a task in Temporal, independent of the activities' names."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType, PendingActivityState
from temporalio.service import RPCError

from tests.chaos.system import System


@dataclass(frozen=True)
class Pending:
    """A pending activity; `identity` is the worker of its current or last attempt."""

    activity_id: str
    kind: str
    attempt: int
    runs: bool
    identity: str
    started_s: float
    fault: str


@dataclass(frozen=True)
class Done:
    """A completed activity, with the number and duration of its last attempt."""

    activity_id: str
    kind: str
    seconds: float
    attempt: int


async def new_task(system: System, known: frozenset[str]) -> str | None:
    """Id of the first task that is not in `known`; None when there is none."""
    try:
        async for found in system.temporal.list_workflows("WorkflowType = 'VideoPipeline'"):
            if found.id not in known:
                return found.id
    except RPCError:
        return None  # the server is down by the fault
    return None


async def known_tasks(system: System) -> frozenset[str]:
    return frozenset(
        [run.id async for run in system.temporal.list_workflows("WorkflowType = 'VideoPipeline'")]
    )


async def pending_activities(system: System, task_id: str) -> list[Pending]:
    """Pending activities of the task; empty when the server does not answer."""
    try:
        described = await system.temporal.get_workflow_handle(task_id).describe()
    except RPCError:
        return []
    return [
        Pending(
            activity_id=info.activity_id,
            kind=info.activity_type.name,
            attempt=info.attempt,
            runs=info.state != PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED,
            identity=info.last_worker_identity,
            started_s=info.last_started_time.ToMicroseconds() / 1e6,
            fault=info.last_failure.message[:200],
        )
        for info in described.raw_description.pending_activities
    ]


async def was_scheduled(system: System, task_id: str, activity_id: str) -> bool:
    """True when the activity was scheduled in the task's history."""
    try:
        async for event in system.temporal.get_workflow_handle(task_id).fetch_history_events():
            if event.activity_task_scheduled_event_attributes.activity_id == activity_id:
                return True
    except RPCError:
        return False
    return False


async def finished_activities(system: System, task_id: str) -> list[Done]:
    """Completed activities, in the order of their ends."""
    scheduled: dict[int, tuple[str, str]] = {}
    started: dict[int, tuple[float, int]] = {}
    done = []
    async for event in system.temporal.get_workflow_handle(task_id).fetch_history_events():
        at_s = event.event_time.ToMicroseconds() / 1e6
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            attributes = event.activity_task_scheduled_event_attributes
            scheduled[event.event_id] = (attributes.activity_id, attributes.activity_type.name)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            begun = event.activity_task_started_event_attributes
            started[begun.scheduled_event_id] = (at_s, begun.attempt)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            number = event.activity_task_completed_event_attributes.scheduled_event_id
            started_s, attempt = started[number]
            done.append(Done(*scheduled[number], seconds=at_s - started_s, attempt=attempt))
    return done
