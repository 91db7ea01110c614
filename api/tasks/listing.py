"""The list of tasks: pages from the catalogue, with the state that Temporal knows better."""

from __future__ import annotations

import asyncio

from adapters.catalogue import Cursor, VideoRow
from api.access.callers import Caller
from api.dependencies import Services
from api.schemas.tasks import TaskList, summary
from domain.errors import WorkflowsUnavailable
from domain.tasks.state import TaskStatus

_ASKED_AT_ONCE = 10


async def page_of_tasks(
    services: Services, caller: Caller, status: TaskStatus | None, limit: int, cursor: str | None
) -> TaskList:
    """Newest first, at most `limit`; a page of open tasks may hold fewer, though older ones follow."""
    before = Cursor.parse(cursor) if cursor else None
    page = await services.ask_catalogue(
        services.catalogue.page, caller.identity.sees, _statuses_kept(status), limit, before
    )
    turns, away = asyncio.Semaphore(_ASKED_AT_ONCE), asyncio.Event()
    statuses = await asyncio.gather(*(_status_now(services, row, turns, away) for row in page.videos))
    return TaskList(
        tasks=[
            summary(row, now)
            for row, now in zip(page.videos, statuses, strict=True)
            if status is None or now is status
        ],
        next=str(page.next) if page.next else None,
    )


def _statuses_kept(status: TaskStatus | None) -> tuple[TaskStatus, ...]:
    """The statuses that rows of tasks in this state may have: while a task is open its row lags behind."""
    if status is None:
        return ()
    return (status,) if status.ended else (TaskStatus.QUEUED, TaskStatus.RUNNING)


async def _status_now(
    services: Services, row: VideoRow, turns: asyncio.Semaphore, away: asyncio.Event
) -> TaskStatus:
    kept = TaskStatus(row.status)
    if kept.ended:
        return kept
    try:
        async with turns:
            live = None if away.is_set() else await services.tasks.state(row.task_id)
    except WorkflowsUnavailable:
        # Each call would wait for its own time-out; the others of this list are not asked.
        away.set()
        return kept
    return live.state.status if live else kept
