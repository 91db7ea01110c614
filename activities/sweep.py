"""`sweep`: removes what tasks have left behind: temporary objects, kept parts, uploads that never ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from temporalio import activity

from activities.failures import as_failure
from domain.errors import PipelineError
from domain.keys import KEPT_PREFIX, TEMP_PREFIX, temp_prefix
from domain.upkeep import SweepInput, Swept


class SweptStore(Protocol):
    def folders(self, prefix: str) -> list[str]:
        """The names directly below `prefix` that have objects below them."""

    def remove_older(self, prefix: str, before: datetime) -> int:
        """Remove every object below `prefix`, and every unfinished upload, that is older."""

    def drop_unfinished(self, prefix: str, before: datetime) -> int:
        """Drop every unfinished upload below `prefix` that was begun earlier; no object goes."""


class RunningTasks(Protocol):
    def is_running(self, task_id: str) -> bool:
        """Whether the task may still need its temporary objects, however old they are."""


@dataclass(frozen=True)
class Sweep:
    store: SweptStore
    tasks: RunningTasks

    @activity.defn(name="sweep", no_thread_cancel_exception=True)
    def run(self, request: SweepInput) -> Swept:
        """A parked task keeps its objects for as long as it waits."""
        before = datetime.now(UTC) - timedelta(seconds=request.older_than_s)
        removed = 0
        try:
            for task_id in self.store.folders(TEMP_PREFIX):
                activity.heartbeat()
                if not self.tasks.is_running(task_id):
                    removed += self.store.remove_older(temp_prefix(task_id), before)
            activity.heartbeat()
            removed += self.store.remove_older(KEPT_PREFIX, before)
            activity.heartbeat()
            return Swept(objects=removed, uploads=self.store.drop_unfinished("", before))
        except PipelineError as error:
            raise as_failure(error) from error
