"""State of Temporal's task queues: backlog, its age, and pollers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client
from temporalio.service import RPCError

from domain.errors import WorkflowsUnavailable

_TIMEOUT = timedelta(seconds=2)
# Temporal lists a poller for 5 min; a live one polls at least once a minute.
_POLLER_TTL = timedelta(minutes=2)

_KINDS = {
    "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}


@dataclass(frozen=True)
class QueueState:
    """State of a queue. `kind` is `workflow` or `activity`, since one name denotes two queues.

    A worker without a free slot does not poll, so it is not counted as a poller.
    """

    queue: str
    kind: str
    backlog: int
    backlog_age_s: float
    pollers: int


async def queue_states(client: Client, queues: Sequence[tuple[str, str]]) -> list[QueueState]:
    """States of these queues, given by name and kind; raises `WorkflowsUnavailable`."""
    try:
        return [await _state(client, queue, kind) for queue, kind in queues]
    except (RPCError, RuntimeError) as error:
        raise WorkflowsUnavailable(f"Temporal does not answer: {error}") from error


async def describe_queue(
    client: Client,
    queue: str,
    kind: TaskQueueType.ValueType,
    *,
    stats: bool = False,
    within: timedelta | None = _TIMEOUT,
) -> DescribeTaskQueueResponse:
    """Temporal's description of one queue, with its backlog if `stats`; raises the client's errors."""
    return await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=kind,
            report_stats=stats,
        ),
        timeout=within,
    )


async def _state(client: Client, queue: str, kind: str) -> QueueState:
    answer = await describe_queue(client, queue, _KINDS[kind], stats=True)
    since = datetime.now(UTC) - _POLLER_TTL
    return QueueState(
        queue=queue,
        kind=kind,
        backlog=answer.stats.approximate_backlog_count,
        backlog_age_s=answer.stats.approximate_backlog_age.ToTimedelta().total_seconds(),
        pollers=sum(poller.last_access_time.ToDatetime(UTC) > since for poller in answer.pollers),
    )
