"""Reconciler of the catalogue with Temporal: runs every minute over the rows of open tasks.

It starts tasks whose start was interrupted, and records the end of tasks that were ended from outside
(for example terminated by an operator), which would stay open in the catalogue otherwise.
"""

from __future__ import annotations

import asyncio

import structlog

from adapters.catalogue import Cursor, VideoRow
from api.dependencies import Services
from api.http.clock import now_us
from api.tasks.launch import TaskLaunch
from api.uploads.tus.completion import complete
from domain.errors import PipelineError
from domain.messages.stages import RecordInput
from domain.tasks.state import TaskState, TaskStatus

_EVERY_S = 60.0
# A younger row belongs to an upload request that is still running.
_YOUNGEST_US = 60 * 1_000_000
# Temporal forgets ended tasks after its retention: an older row may have run, and is left as it is.
_OLDEST_US = 24 * 3600 * 1_000_000

_OPEN = tuple(status for status in TaskStatus if not status.ended)

_log = structlog.get_logger(__name__)


async def run_reconciler(services: Services) -> None:
    """Reconciles every minute until it is cancelled; retries after errors of a service."""
    while True:
        try:
            started = await start_missing_tasks(services, now_us()) + await complete_uploads(
                services, now_us()
            )
        except PipelineError as error:
            _log.warning("reconciling_failed", code=error.code, reason=str(error))
        else:
            if started:
                _log.info("unstarted_tasks_started", count=started)
        await asyncio.sleep(_EVERY_S)


async def start_missing_tasks(services: Services, at_us: int) -> int:
    """Starts every queued task that Temporal does not know; returns their number."""
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
    """Completes every resumable upload whose last byte is stored; returns the number of started tasks."""
    started = 0
    for upload in await services.ask_catalogue(services.catalogue.uploads.unsettled, at_us):
        try:
            started += await complete(services, upload) is not None
        except PipelineError as error:
            # One failing upload must not block the others.
            _log.warning("upload_not_completed", upload_id=upload.id, code=error.code, reason=str(error))
    return started


async def _close(services: Services, row: VideoRow, state: TaskState) -> None:
    if state.status.ended:
        await services.ask_catalogue(services.catalogue.record, RecordInput(row.id, state))
