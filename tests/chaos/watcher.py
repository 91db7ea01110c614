"""What Temporal tells of a task, without knowing the name of any activity."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType, PendingActivityState
from temporalio.service import RPCError

from tests.chaos.world import World


@dataclass(frozen=True)
class Pending:
    """An activity that Temporal waits for; `identity` is the worker that has it, or had it last."""

    activity_id: str
    kind: str
    attempt: int
    runs: bool
    identity: str
    started_s: float
    fault: str


@dataclass(frozen=True)
class Done:
    """An activity that has ended well, by its `attempt`, which took `seconds`."""

    activity_id: str
    kind: str
    seconds: float
    attempt: int


async def task_begun(world: World, known: frozenset[str]) -> str | None:
    """The first task that is not among those that were known before."""
    try:
        async for found in world.temporal.list_workflows("WorkflowType = 'VideoPipeline'"):
            if found.id not in known:
                return found.id
    except RPCError:
        return None  # the server is what was broken
    return None


async def known_tasks(world: World) -> frozenset[str]:
    return frozenset(
        [run.id async for run in world.temporal.list_workflows("WorkflowType = 'VideoPipeline'")]
    )


async def pending_works(world: World, task_id: str) -> list[Pending]:
    """None of them when the server does not answer."""
    try:
        described = await world.temporal.get_workflow_handle(task_id).describe()
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


async def was_scheduled(world: World, task_id: str, activity_id: str) -> bool:
    """Whether the task has come past the beginning of this activity."""
    try:
        async for event in world.temporal.get_workflow_handle(task_id).fetch_history_events():
            if event.activity_task_scheduled_event_attributes.activity_id == activity_id:
                return True
    except RPCError:
        return False
    return False


async def done_works(world: World, task_id: str) -> list[Done]:
    """In the order of their ends."""
    scheduled: dict[int, tuple[str, str]] = {}
    started: dict[int, tuple[float, int]] = {}
    done = []
    async for event in world.temporal.get_workflow_handle(task_id).fetch_history_events():
        at_s = event.event_time.ToMicroseconds() / 1e6
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            told = event.activity_task_scheduled_event_attributes
            scheduled[event.event_id] = (told.activity_id, told.activity_type.name)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            begun = event.activity_task_started_event_attributes
            started[begun.scheduled_event_id] = (at_s, begun.attempt)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            number = event.activity_task_completed_event_attributes.scheduled_event_id
            begun_s, attempt = started[number]
            done.append(Done(*scheduled[number], seconds=at_s - begun_s, attempt=attempt))
    return done
