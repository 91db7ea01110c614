"""`clean_up`: removes a task's temporary objects, and its source if that was refused."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import activity

from activities.attempts.failures import as_patient_failure
from activities.ports import ObjectStore
from domain.errors import PipelineError
from domain.messages.ending import CleanUpInput
from domain.storage.keys import source_prefix, temp_prefix


@dataclass(frozen=True)
class CleanUp:
    store: ObjectStore

    @activity.defn(name="clean_up", no_thread_cancel_exception=True)
    def run(self, request: CleanUpInput) -> None:
        try:
            self.store.remove_prefix(temp_prefix(request.task_id))
            if request.drop_source:
                self.store.remove_prefix(source_prefix(request.video_id))
        except PipelineError as error:
            raise as_patient_failure(error) from error
