"""`publish`: gives the finished artifacts their final place.

Attempts write below their own `temp/` prefix only, and the workflow names the one attempt
whose result it took: so a late attempt can never spoil a finished artifact.
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
        """Server-side copies; done twice they come to the same."""
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
