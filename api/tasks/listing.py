"""List of tasks: pages from the catalogue, with the newer status from Temporal for open tasks."""

from __future__ import annotations

import asyncio

from adapters.catalogue import Cursor, VideoRow
from api.access.callers import Caller
from api.dependencies import Services
from api.schemas.tasks import TaskList, summary
from domain.errors import WorkflowsUnavailable
from domain.tasks.state import TaskStatus

_CALLS_AT_ONCE = 10


async def page_of_tasks(
    services: Services, caller: Caller, status: TaskStatus | None, limit: int, cursor: str | None
) -> TaskList:
    """Returns at most `limit` tasks, newest first; a page of open tasks may have fewer with more to come."""
    before = Cursor.parse(cursor) if cursor else None
    page = await services.ask_catalogue(
        services.catalogue.page, caller.identity.sees, _row_statuses(status), limit, before
    )
    slots, unavailable = asyncio.Semaphore(_CALLS_AT_ONCE), asyncio.Event()
    statuses = await asyncio.gather(*(_status_now(services, row, slots, unavailable) for row in page.videos))
    return TaskList(
        tasks=[
            summary(row, now)
            for row, now in zip(page.videos, statuses, strict=True)
            if status is None or now is status
        ],
        next=str(page.next) if page.next else None,
    )


def _row_statuses(status: TaskStatus | None) -> tuple[TaskStatus, ...]:
    """Returns the statuses that rows of such tasks may have: the row of an open task lags behind."""
    if status is None:
        return ()
    return (status,) if status.ended else (TaskStatus.QUEUED, TaskStatus.RUNNING)


async def _status_now(
    services: Services, row: VideoRow, slots: asyncio.Semaphore, unavailable: asyncio.Event
) -> TaskStatus:
    stored = TaskStatus(row.status)
    if stored.ended:
        return stored
    try:
        async with slots:
            live = None if unavailable.is_set() else await services.tasks.state(row.task_id)
    except WorkflowsUnavailable:
        # Skip the other calls of this list: each would wait for its own time-out.
        unavailable.set()
        return stored
    return live.state.status if live else stored
