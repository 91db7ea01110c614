"""`publish`: copies the finished artifacts to their final keys.

Attempts write only below their own `temp/` prefix, and the workflow passes the artifacts of the attempt
whose result it accepted. So a late attempt can never overwrite a finished artifact.
"""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import activity

from activities.attempts.failures import as_patient_failure
from activities.ports import ObjectStore
from domain.errors import PipelineError
from domain.messages.ending import Published, PublishInput
from domain.storage.keys import published_key


@dataclass(frozen=True)
class Publish:
    store: ObjectStore

    @activity.defn(name="publish", no_thread_cancel_exception=True)
    def run(self, request: PublishInput) -> Published:
        """Copies on the server side; idempotent."""
        files = {}
        try:
            for name, artifact in request.files.items():
                activity.heartbeat()
                files[name] = self.store.copy(
                    artifact, published_key(request.video_id, request.task_id, name)
                )
        except PipelineError as error:
            raise as_patient_failure(error) from error
        return Published(files=files)
