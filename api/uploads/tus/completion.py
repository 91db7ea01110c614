"""How an upload comes to its end: its task is started, it is refused, or it is taken back."""

from __future__ import annotations

from contextlib import suppress

from anyio import to_thread
from rehashes import PySha256

from adapters.catalogue import NewVideo, ResumableRow, VideoRow
from adapters.object_store import StoredPart
from api.dependencies import Services
from api.http.clock import now_us
from api.http.problems import error_of
from api.tasks.launch import TaskLaunch
from api.uploads.tus.leftovers import Pieces
from domain.accounts.identity import plan_of
from domain.errors import (
    AllowanceExceeded,
    CatalogueUnavailable,
    FileUnknown,
    PipelineError,
    SenderError,
    StoreUnavailable,
)
from domain.storage.artifact import Artifact
from domain.storage.keys import pieces_prefix, source_key


async def settle(services: Services, upload: ResumableRow) -> VideoRow | None:
    """The row of the whole upload's task, once that is started; None when the video was removed since.

    Each step can be done again, and by two at once: the task's id is the upload's from its first day on.
    Raises the `SenderError` for which it is refused, the first time and every other.
    """
    if upload.fault_code:
        raise error_of(upload.fault_code, upload.fault_message or "")
    if upload.settled_us is not None:
        return await services.ask_catalogue(services.catalogue.by_task, upload.task_id)
    try:
        with services.metrics.upload():
            row = await _started(services, upload)
    except AllowanceExceeded:
        # There will be room again: the bytes wait for it.
        raise
    except SenderError as fault:
        await refuse(services, upload, fault)
        raise
    services.metrics.upload_bytes.inc(upload.length_bytes)
    await services.ask_catalogue(services.catalogue.uploads.settle, upload.id, row.task_id, now_us())
    await to_thread.run_sync(_drop_pieces, services, upload)
    return row


async def refuse(services: Services, upload: ResumableRow, fault: SenderError) -> None:
    """Nothing stays of it but why."""
    await services.ask_catalogue(
        services.catalogue.uploads.settle, upload.id, upload.task_id, now_us(), fault.code, str(fault)
    )
    await drop(services, upload)


async def drop(services: Services, upload: ResumableRow) -> None:
    """Remove the upload's bytes. What can't be removed now is swept later."""
    await to_thread.run_sync(_drop, services, upload)


def _drop(services: Services, upload: ResumableRow) -> None:
    if upload.store_upload_id is not None:
        with suppress(PipelineError):
            services.store.parts.drop(source_key(upload.video_id), upload.store_upload_id)
    _drop_pieces(services, upload)


def _drop_pieces(services: Services, upload: ResumableRow) -> None:
    with suppress(PipelineError):
        services.store.remove_prefix(pieces_prefix(upload.id))


async def _started(services: Services, upload: ResumableRow) -> VideoRow:
    starting = TaskLaunch(services)
    row = await services.ask_catalogue(services.catalogue.by_task, upload.task_id)
    if row is not None:
        return await starting.join(row)
    row = await _added(services, upload)
    if row.task_id != upload.task_id:
        await starting.drop_files(upload.video_id)
        return await starting.join(row)
    await starting.start(row)
    return await starting.await_verdict(row)


async def _added(services: Services, upload: ResumableRow) -> VideoRow:
    """The video's row; that of another upload if it came earlier with the same idempotency key."""
    video = NewVideo(
        video_id=upload.video_id,
        task_id=upload.task_id,
        owner=upload.owner,
        filename=upload.filename,
        source=await to_thread.run_sync(_source, services, upload),
        created_us=now_us(),
        options=upload.processing_options,
        idempotency_key=upload.idempotency_key,
        plan=plan_of(upload.plan),
        webhook_url=upload.webhook_url,
    )
    try:
        return await services.ask_catalogue(services.catalogue.add, video, services.quotas)
    except CatalogueUnavailable:
        # Somebody else may have settled the same upload at the same moment.
        row = await services.ask_catalogue(services.catalogue.by_task, upload.task_id)
        if row is None:
            raise
        return row


def _source(services: Services, upload: ResumableRow) -> Artifact:
    """The object under its final key, put together unless it is there."""
    key, media_type = source_key(upload.video_id), upload.media_type or ""
    if upload.store_upload_id is None:
        pieces = [(key, size_bytes) for key, size_bytes in upload.pieces]
        return services.store.put(key, Pieces(services.store, upload.id).read(pieces), media_type)
    assert upload.digest is not None
    stored = [StoredPart(part.number, part.etag) for part in services.catalogue.uploads.parts(upload.id)]
    try:
        services.store.parts.complete(key, upload.store_upload_id, stored, upload.length_bytes)
    except FileUnknown as error:
        # A request that was cut off may have asked for the same, and the store hides parts while it works on
        # them. So this is no reason to give the upload up.
        raise StoreUnavailable(f"The store has neither the parts nor the whole of {key} now.") from error
    return Artifact(key, media_type, upload.length_bytes, PySha256.deserialize(upload.digest).finalize())
