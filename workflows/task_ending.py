"""How a task ends: its results are published, its temporary objects go, its row tells the last state."""

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
    """Also keeps the row true on the way, with `media` once that is known."""

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
        """Settle everything; too late to be cancelled, so that the row and the store agree.

        `files` are the artifacts to publish, by the name of their download.
        """
        settling = asyncio.create_task(self._settle(status, files, fault, drop_source))
        try:
            return await asyncio.shield(settling)
        except asyncio.CancelledError:
            return await settling

    def record_soon(self) -> None:
        """No stage waits for the catalogue; of two records the later state wins."""
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
                # Somebody has removed what the task made: it has ended all the same, and says how.
                published, status, fault = Published(), TaskStatus.FAILED, fault or activity_fault(error)
            self._final = published.files.get("final.mp4")
            keys = {name: artifact.key for name, artifact in published.files.items()}
            self.stages.learn(
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
        """Only once everything is told elsewhere too: whoever asks after a webhook finds what it says."""
        url, state = self.request.webhook_url, self.stages.board.state
        if not url or state.status is TaskStatus.CANCELLED:
            return
        told = NotifyInput(self.request.owner, url, state)
        try:
            await workflow.execute_activity_method(Notify.run, told, **policies.NOTIFY)
        except ActivityError as error:
            # The task is what it is, whether its sender's server listens or not.
            workflow.logger.warning("webhook not delivered: %s", error.cause)

    async def _record(self) -> None:
        await workflow.execute_activity_method(
            Record.run,
            RecordInput(self.request.video_id, self.stages.board.state, self.media, final=self._final),
            **policies.RECORD,
        )
