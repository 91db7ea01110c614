"""End of a task: publishes results, removes temporary objects, records the state, sends the webhook."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.clean_up import CleanUp
    from activities.notify import Notify
    from activities.publish import Publish
    from activities.record import Record
    from domain.media.source import SourceMedia
    from domain.messages.ending import CleanUpInput, Published, PublishInput
    from domain.messages.stages import RecordInput
    from domain.messages.start import PipelineRequest
    from domain.storage.artifact import Artifact
    from domain.tasks.state import Fault, TaskState, TaskStatus
    from domain.tasks.webhooks import NotifyInput
    from workflows import metrics, policies
    from workflows.stage_runner import StageRunner, activity_fault, now_us


@dataclass
class TaskEnding:
    """End of one task; also records its state in the catalogue while it runs, with `media` once known."""

    stages: StageRunner
    request: PipelineRequest
    media: SourceMedia | None = None
    _final: Artifact | None = None
    _records: list[asyncio.Task[None]] = field(default_factory=list)

    async def end(
        self,
        status: TaskStatus,
        files: dict[str, Artifact],
        fault: Fault | None = None,
        drop_source: bool = False,
    ) -> TaskState:
        """Ends the task; can't be cancelled any more, so that the row and the store stay consistent.

        `files` are the artifacts to publish, by the name of their download.
        """
        settling = asyncio.create_task(self._settle(status, files, fault, drop_source))
        try:
            return await asyncio.shield(settling)
        except asyncio.CancelledError:
            return await settling

    def record_soon(self) -> None:
        """Starts a record without waiting for it; of two records the later state wins."""
        self._records.append(asyncio.create_task(self._record()))

    async def _settle(
        self, status: TaskStatus, files: dict[str, Artifact], fault: Fault | None, drop_source: bool
    ) -> TaskState:
        request, board = self.request, self.stages.board
        if files:
            try:
                published = await workflow.execute_activity_method(
                    Publish.run, PublishInput(request.task_id, request.video_id, files), **policies.PUBLISH
                )
            except ActivityError as error:
                # The task's artifacts were removed by others: it still ends, with this fault.
                published, status, fault = Published(), TaskStatus.FAILED, fault or activity_fault(error)
            self._final = published.files.get("final.mp4")
            keys = {name: artifact.key for name, artifact in published.files.items()}
            self.stages.set_outcome(
                files=keys, final_video=keys.get("final.mp4"), subtitles=keys.get("subtitles.vtt")
            )
        await workflow.execute_activity_method(
            CleanUp.run, CleanUpInput(request.task_id, request.video_id, drop_source), **policies.CLEAN_UP
        )
        board.end(status, now_us(), fault)
        metrics.count_ended(status, fault)
        self.stages.write_memo()
        await asyncio.gather(*self._records, self._record())
        await self._notify()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return board.state

    async def _notify(self) -> None:
        """Sends the webhook last, so that its receiver already finds the same state in the API."""
        url, state = self.request.webhook_url, self.stages.board.state
        if not url or state.status is TaskStatus.CANCELLED:
            return
        message = NotifyInput(self.request.owner, url, state)
        try:
            await workflow.execute_activity_method(Notify.run, message, **policies.NOTIFY)
        except ActivityError as error:
            # The task's state does not depend on the receiver.
            workflow.logger.warning("webhook not delivered: %s", error.cause)

    async def _record(self) -> None:
        await workflow.execute_activity_method(
            Record.run,
            RecordInput(self.request.video_id, self.stages.board.state, self.media, final=self._final),
            **policies.RECORD,
        )
