"""Upload of a form: stores bytes and row, launches the task, awaits the probe; cleans up on failure."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import anyio
from anyio import to_thread

from adapters.catalogue import NewVideo, VideoRow, work_sha256
from api.access.callers import Caller
from api.dependencies import Services
from api.http.body import drain
from api.http.clock import now_us
from api.http.file_names import display_name
from api.tasks.launch import TaskLaunch
from api.uploads.form_fields import UPLOAD_FORM, FormShape
from api.uploads.form_receiver import FormReceiver, ReceivedForm
from domain.accounts.quotas import Usage
from domain.errors import PipelineError, SourceTooLarge, TaskStartUnknown, WebhookForbidden
from domain.storage.artifact import Artifact
from domain.storage.keys import source_key, subtitles_key
from domain.tasks.options import ProcessingOptions
from domain.tasks.webhooks import check_url


@dataclass(frozen=True)
class Upload:
    """Relevant headers of an upload request, and its body as a stream."""

    caller: Caller
    content_type: str
    body: AsyncIterator[bytes]
    shape: FormShape = UPLOAD_FORM
    content_length: int | None = None
    idempotency_key: str | None = None
    webhook_url: str | None = None


def check_webhook(url: str, secret: str) -> None:
    """Raises `WebhookForbidden` for an address that is not allowed."""
    if not secret:
        raise WebhookForbidden("This installation sends no webhooks: omit the webhook's address.")
    check_url(url)


class FormUpload:
    """Upload service of the form routes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._launch = TaskLaunch(services)

    async def take(self, upload: Upload) -> VideoRow:
        """Returns the video's row once its task is started and the probe has not refused it (yet).

        Raises a `SenderError` for a refused upload, which leaves neither object nor row. An upload with
        the idempotency key of an earlier one is not stored: the earlier one's row is returned.
        """
        with self._services.metrics.upload():
            return await self._take(upload)

    async def _take(self, upload: Upload) -> VideoRow:
        try:
            self._check(upload)
            first = await self._first_of_key(upload)
            if first is None:
                return await self._store(upload, await self._usage(upload))
        except PipelineError:
            await drain(upload.body)
            raise
        await drain(upload.body)
        return await self._launch.join(first)

    def _check(self, upload: Upload) -> None:
        limit = self._services.settings.max_upload_bytes
        if upload.content_length is not None and upload.content_length > limit + upload.shape.overhead_bytes:
            raise SourceTooLarge(f"The file is larger than the limit of {limit} bytes.")
        if upload.webhook_url is not None:
            check_webhook(upload.webhook_url, self._services.webhook_secret)

    async def _first_of_key(self, upload: Upload) -> VideoRow | None:
        if upload.idempotency_key is None:
            return None
        return await self._services.ask_catalogue(
            self._services.catalogue.by_idempotency_key, upload.caller.owner, upload.idempotency_key
        )

    async def _usage(self, upload: Upload) -> Usage:
        """Returns the caller's usage; raises `QuotaExceeded` when the upload would exceed a quota."""
        quotas = self._services.quotas
        usage = await self._services.ask_catalogue(
            self._services.catalogue.usage, upload.caller.owner, now_us(), quotas
        )
        quotas.check(usage, max(0, (upload.content_length or 0) - upload.shape.overhead_bytes))
        return usage

    async def _store(self, upload: Upload, usage: Usage) -> VideoRow:
        """Stores the bytes, then the row. Of two uploads with the same key the later one is dropped."""
        video_id = uuid.uuid4().hex
        receiver = FormReceiver(self._services, upload.shape, source_key(video_id), usage)
        form = await receiver.receive(upload.content_type, upload.body)
        self._services.metrics.upload_bytes.inc(form.source.size_bytes)
        try:
            options = await self._with_subtitles(video_id, form)
            first = await self._same_work(upload, form.source, options)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._launch.drop_files(video_id)
            raise
        if first is not None:
            await self._launch.drop_files(video_id)
            return await self._launch.join(first)
        video = NewVideo(
            video_id=video_id,
            task_id=f"task-{uuid.uuid4().hex}",
            owner=upload.caller.owner,
            filename=display_name(form.filename),
            source=form.source,
            created_us=now_us(),
            options=options,
            idempotency_key=upload.idempotency_key,
            plan=upload.caller.plan,
            webhook_url=upload.webhook_url,
        )
        try:
            row = await self._services.ask_catalogue(
                self._services.catalogue.add, video, self._services.quotas
            )
            if row.task_id == video.task_id:
                await self._launch.start(row)
        except TaskStartUnknown:
            # The task may be running: the row stays, and repeating the upload starts the task if it is not.
            raise
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._launch.discard(video.task_id, video_id)
            raise
        if row.task_id == video.task_id:
            return await self._launch.await_verdict(row)
        await self._launch.drop_files(video_id)
        return await self._launch.join(row)

    async def _with_subtitles(self, video_id: str, form: ReceivedForm) -> ProcessingOptions:
        if not form.subtitles:
            return form.options
        given = await to_thread.run_sync(
            self._services.store.put, subtitles_key(video_id), form.subtitles, "application/x-subrip"
        )
        return replace(form.options, given_subtitles=given)

    async def _same_work(
        self, upload: Upload, source: Artifact, options: ProcessingOptions
    ) -> VideoRow | None:
        """Returns the row of an earlier upload of the same files with the same options, if there is one."""
        if options.given_subtitles is None:
            return None
        return await self._services.ask_catalogue(
            self._services.catalogue.same_work, upload.caller.owner, work_sha256(source, options)
        )
