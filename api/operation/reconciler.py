"""Brings rows that still wait for their task in line with Temporal, every minute.

A task whose start was cut off is started; one that was ended from outside (terminated by an operator, say)
can't tell the catalogue itself, and would count as running for ever.
"""

from __future__ import annotations

import asyncio

import structlog

from adapters.catalogue import Cursor, VideoRow
from api.dependencies import Services
from api.http.clock import now_us
from api.tasks.launch import TaskLaunch
from api.uploads.tus.completion import settle
from domain.errors import PipelineError
from domain.messages.stages import RecordInput
from domain.tasks.state import TaskState, TaskStatus

_EVERY_S = 60.0
# A younger row belongs to an upload that is still being answered.
_YOUNGEST_US = 60 * 1_000_000
# Temporal forgets ended tasks after its retention: an older row may have run, and is left as it is.
_OLDEST_US = 24 * 3600 * 1_000_000

_OPEN = tuple(status for status in TaskStatus if not status.ended)

_log = structlog.get_logger(__name__)


async def run_reconciler(services: Services) -> None:
    """Look for such tasks every minute, for ever; a part that is away is asked again a minute later."""
    while True:
        try:
            started = await start_missing_tasks(services, now_us()) + await complete_uploads(
                services, now_us()
            )
        except PipelineError as error:
            _log.warning("unstarted_tasks_not_looked_for", code=error.code, reason=str(error))
        else:
            if started:
                _log.info("unstarted_tasks_started", count=started)
        await asyncio.sleep(_EVERY_S)


async def start_missing_tasks(services: Services, at_us: int) -> int:
    """Start every queued task that Temporal does not know; return how many there were."""
    started = 0
    before: Cursor | None = Cursor(at_us - _YOUNGEST_US, "")
    while before is not None:
        page = await services.ask_catalogue(services.catalogue.page, None, _OPEN, 100, before)
        for row in page.videos:
            live = await services.tasks.state(row.task_id)
            if live is not None:
                await _close(services, row, live.state)
            elif row.status == TaskStatus.QUEUED.value and row.created_us >= at_us - _OLDEST_US:
                await TaskLaunch(services).start(row)
                started += 1
        before = page.next
    return started


async def complete_uploads(services: Services, at_us: int) -> int:
    """Settle every resumable upload whose last byte is in; return how many tasks that started."""
    started = 0
    for upload in await services.ask_catalogue(services.catalogue.uploads.unsettled, at_us):
        try:
            started += await settle(services, upload) is not None
        except PipelineError as error:
            # One that can't be settled now keeps no other one waiting.
            _log.warning("upload_not_settled", upload_id=upload.id, code=error.code, reason=str(error))
    return started


async def _close(services: Services, row: VideoRow, state: TaskState) -> None:
    if state.status.ended:
        await services.ask_catalogue(services.catalogue.record, RecordInput(row.id, state))
