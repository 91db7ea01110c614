"""Brings rows that still wait for their task in line with Temporal, every minute.

A task whose start was cut off is started; one that was ended from outside (terminated by an operator, say)
can't tell the catalogue itself, and would count as running for ever.
"""

from __future__ import annotations

import asyncio

import structlog

from adapters.catalogue import Cursor, VideoRow
from api.dependencies import Parts
from api.http.clock import now_us
from api.tasks.launch import Starting
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


async def keep_starting(parts: Parts) -> None:
    """Look for such tasks every minute, for ever; a part that is away is asked again a minute later."""
    while True:
        try:
            started = await start_unstarted(parts, now_us()) + await settle_whole(parts, now_us())
        except PipelineError as error:
            _log.warning("unstarted_tasks_not_looked_for", code=error.code, reason=str(error))
        else:
            if started:
                _log.info("unstarted_tasks_started", count=started)
        await asyncio.sleep(_EVERY_S)


async def start_unstarted(parts: Parts, at_us: int) -> int:
    """Start every queued task that Temporal does not know; return how many there were."""
    started = 0
    before: Cursor | None = Cursor(at_us - _YOUNGEST_US, "")
    while before is not None:
        page = await parts.ask_catalogue(parts.catalogue.page, None, _OPEN, 100, before)
        for row in page.videos:
            live = await parts.tasks.state(row.task_id)
            if live is not None:
                await _close(parts, row, live.state)
            elif row.status == TaskStatus.QUEUED.value and row.created_us >= at_us - _OLDEST_US:
                await Starting(parts).start(row)
                started += 1
        before = page.next
    return started


async def settle_whole(parts: Parts, at_us: int) -> int:
    """Settle every resumable upload whose last byte is in; return how many tasks that started."""
    started = 0
    for upload in await parts.ask_catalogue(parts.catalogue.uploads.unsettled, at_us):
        try:
            started += await settle(parts, upload) is not None
        except PipelineError as error:
            # One that can't be settled now keeps no other one waiting.
            _log.warning("upload_not_settled", upload_id=upload.id, code=error.code, reason=str(error))
    return started


async def _close(parts: Parts, row: VideoRow, state: TaskState) -> None:
    if state.status.ended:
        await parts.ask_catalogue(parts.catalogue.record, RecordInput(row.id, state))
