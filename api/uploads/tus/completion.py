"""How an upload comes to its end: its task is started, it is refused, or it is taken back."""

from __future__ import annotations

from contextlib import suppress

from anyio import to_thread
from rehashes import PySha256

from adapters.catalogue import NewVideo, ResumableRow, VideoRow
from adapters.object_store import StoredPart
from api.dependencies import Parts
from api.http.clock import now_us
from api.http.problems import fault_of
from api.tasks.launch import Starting
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


async def settle(parts: Parts, upload: ResumableRow) -> VideoRow | None:
    """The row of the whole upload's task, once that is started; None when the video was removed since.

    Each step can be done again, and by two at once: the task's id is the upload's from its first day on.
    Raises the `SenderError` for which it is refused, the first time and every other.
    """
    if upload.fault_code:
        raise fault_of(upload.fault_code, upload.fault_message or "")
    if upload.settled_us is not None:
        return await parts.ask_catalogue(parts.catalogue.by_task, upload.task_id)
    try:
        with parts.figures.upload():
            row = await _started(parts, upload)
    except AllowanceExceeded:
        # There will be room again: the bytes wait for it.
        raise
    except SenderError as fault:
        await refuse(parts, upload, fault)
        raise
    parts.figures.upload_bytes.inc(upload.length_bytes)
    await parts.ask_catalogue(parts.catalogue.uploads.settle, upload.id, row.task_id, now_us())
    await to_thread.run_sync(_drop_pieces, parts, upload)
    return row


async def refuse(parts: Parts, upload: ResumableRow, fault: SenderError) -> None:
    """Nothing stays of it but why."""
    await parts.ask_catalogue(
        parts.catalogue.uploads.settle, upload.id, upload.task_id, now_us(), fault.code, str(fault)
    )
    await drop(parts, upload)


async def drop(parts: Parts, upload: ResumableRow) -> None:
    """Remove the upload's bytes. What can't be removed now is swept later."""
    await to_thread.run_sync(_drop, parts, upload)


def _drop(parts: Parts, upload: ResumableRow) -> None:
    if upload.store_upload_id is not None:
        with suppress(PipelineError):
            parts.store.parts.drop(source_key(upload.video_id), upload.store_upload_id)
    _drop_pieces(parts, upload)


def _drop_pieces(parts: Parts, upload: ResumableRow) -> None:
    with suppress(PipelineError):
        parts.store.remove_prefix(pieces_prefix(upload.id))


async def _started(parts: Parts, upload: ResumableRow) -> VideoRow:
    starting = Starting(parts)
    row = await parts.ask_catalogue(parts.catalogue.by_task, upload.task_id)
    if row is not None:
        return await starting.join(row)
    row = await _added(parts, upload)
    if row.task_id != upload.task_id:
        await starting.drop_files(upload.video_id)
        return await starting.join(row)
    await starting.start(row)
    return await starting.await_verdict(row)


async def _added(parts: Parts, upload: ResumableRow) -> VideoRow:
    """The video's row; that of another upload if it came earlier with the same idempotency key."""
    video = NewVideo(
        video_id=upload.video_id,
        task_id=upload.task_id,
        owner=upload.owner,
        filename=upload.filename,
        source=await to_thread.run_sync(_source, parts, upload),
        created_us=now_us(),
        options=upload.processing_options,
        idempotency_key=upload.idempotency_key,
        plan=plan_of(upload.plan),
        webhook_url=upload.webhook_url,
    )
    try:
        return await parts.ask_catalogue(parts.catalogue.add, video, parts.quotas)
    except CatalogueUnavailable:
        # Somebody else may have settled the same upload at the same moment.
        row = await parts.ask_catalogue(parts.catalogue.by_task, upload.task_id)
        if row is None:
            raise
        return row


def _source(parts: Parts, upload: ResumableRow) -> Artifact:
    """The object under its final key, put together unless it is there."""
    key, media_type = source_key(upload.video_id), upload.media_type or ""
    if upload.store_upload_id is None:
        pieces = [(key, size_bytes) for key, size_bytes in upload.pieces]
        return parts.store.put(key, Pieces(parts.store, upload.id).read(pieces), media_type)
    assert upload.digest is not None
    stored = [StoredPart(part.number, part.etag) for part in parts.catalogue.uploads.parts(upload.id)]
    try:
        parts.store.parts.complete(key, upload.store_upload_id, stored, upload.length_bytes)
    except FileUnknown as error:
        # A request that was cut off may have asked for the same, and the store hides parts while it works on
        # them. So this is no reason to give the upload up.
        raise StoreUnavailable(f"The store has neither the parts nor the whole of {key} now.") from error
    return Artifact(key, media_type, upload.length_bytes, PySha256.deserialize(upload.digest).finalize())
