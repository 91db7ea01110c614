"""Caller's tasks: state from Temporal, or from the catalogue when Temporal can't answer."""

from __future__ import annotations

import re

from adapters.catalogue import VideoRow
from api.access.callers import Caller
from api.dependencies import Services
from domain.errors import CatalogueUnavailable, FileUnknown, TaskEnded, TaskUnknown, WorkflowsUnavailable
from domain.tasks.state import LiveState, Stage, TaskState

# Other workflows run in the same namespace: callers must not reach them by their ids.
_TASK_ID = re.compile(r"task-[0-9a-f]{32}")


class CallerTasks:
    """Tasks of one caller; tasks of others are unknown to them, except to admins."""

    def __init__(self, services: Services, caller: Caller) -> None:
        self._services = services
        self._identity = caller.identity

    async def of(self, task_id: str) -> LiveState:
        """Returns the newest known state; raises `TaskUnknown` when no source has the task."""
        check_id(task_id)
        try:
            live = await self._services.tasks.state(task_id)
        except WorkflowsUnavailable:
            live = None
        if live is None or not self._may_see(live):
            row = await self._row(task_id)
            # Tasks that are older than the accounts have no owner in Temporal.
            live = live or LiveState(row.task_state, row.updated_us, source="catalogue", owner=row.owner)
        return self._services.monotonic.apply(live)

    async def require_access(self, live: LiveState) -> None:
        """Raises `TaskUnknown` when the caller may not see this task."""
        if not self._may_see(live):
            await self._row(live.state.task_id)

    async def cancel(self, task_id: str) -> None:
        await self._require_open(task_id)
        await self._services.tasks.cancel(task_id)

    async def retry(self, task_id: str, stage: Stage) -> None:
        await self._require_open(task_id)
        await self._services.tasks.retry(task_id, stage)

    async def file_key(self, task_id: str, name: str) -> tuple[str, str]:
        """Returns the object key of a result file, and the filename of the upload."""
        check_id(task_id)
        row = await self._row(task_id)
        key = row.task_state.outcome.files.get(name)
        if key is None:
            # The row is updated a moment after its task.
            state: TaskState = (await self.of(task_id)).state
            key = state.outcome.files.get(name)
        if key is None:
            raise FileUnknown(
                f"The task {task_id} has no file {name[:80]!r} (yet): see `links` in its status."
            )
        return key, row.filename

    async def _require_open(self, task_id: str) -> None:
        check_id(task_id)
        try:
            row = await self._row(task_id)
        except CatalogueUnavailable:
            # Temporal checks the same for every task that it still has.
            return
        if row.task_state.status.ended:
            raise TaskEnded(f"The task has already ended: its status is {row.status}.")

    async def _row(self, task_id: str) -> VideoRow:
        row = await self._services.ask_catalogue(self._services.catalogue.by_task, task_id)
        if row is None or not self._identity.may_see(row.owner):
            raise TaskUnknown(f"No task has the id {task_id}.")
        return row

    def _may_see(self, live: LiveState) -> bool:
        """False also when Temporal has no owner for the task: then its row decides."""
        return self._identity.sees is None or live.owner == self._identity.owner


def check_id(task_id: str) -> None:
    if not _TASK_ID.fullmatch(task_id):
        raise TaskUnknown(f"No task has the id {task_id[:80]!r}.")
