"""Completion of a resumable upload: its task is started, it is refused, or it is deleted."""

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


async def complete(services: Services, upload: ResumableRow) -> VideoRow | None:
    """Starts the task of an upload whose bytes are all stored; returns its row, or None if it was removed.

    Every step is idempotent, also when two processes run it at once: the upload has its task's id from its
    creation. Raises the `SenderError` of a refused upload, on every call.
    """
    if upload.fault_code:
        raise error_of(upload.fault_code, upload.fault_message or "")
    if upload.settled_us is not None:
        return await services.ask_catalogue(services.catalogue.by_task, upload.task_id)
    try:
        with services.metrics.upload():
            row = await _start_task(services, upload)
    except AllowanceExceeded:
        # A temporary limit: the bytes stay.
        raise
    except SenderError as fault:
        await refuse(services, upload, fault)
        raise
    services.metrics.upload_bytes.inc(upload.length_bytes)
    await services.ask_catalogue(services.catalogue.uploads.settle, upload.id, row.task_id, now_us())
    await to_thread.run_sync(_drop_pieces, services, upload)
    return row


async def refuse(services: Services, upload: ResumableRow, fault: SenderError) -> None:
    """Refuses the upload: records the reason and removes its bytes."""
    await services.ask_catalogue(
        services.catalogue.uploads.settle, upload.id, upload.task_id, now_us(), fault.code, str(fault)
    )
    await drop(services, upload)


async def drop(services: Services, upload: ResumableRow) -> None:
    """Removes the upload's bytes. What can't be removed now is left to the clean-up."""
    await to_thread.run_sync(_drop, services, upload)


def _drop(services: Services, upload: ResumableRow) -> None:
    if upload.store_upload_id is not None:
        with suppress(PipelineError):
            services.store.parts.drop(source_key(upload.video_id), upload.store_upload_id)
    _drop_pieces(services, upload)


def _drop_pieces(services: Services, upload: ResumableRow) -> None:
    with suppress(PipelineError):
        services.store.remove_prefix(pieces_prefix(upload.id))


async def _start_task(services: Services, upload: ResumableRow) -> VideoRow:
    launch = TaskLaunch(services)
    row = await services.ask_catalogue(services.catalogue.by_task, upload.task_id)
    if row is not None:
        return await launch.join(row)
    row = await _add_row(services, upload)
    if row.task_id != upload.task_id:
        await launch.drop_files(upload.video_id)
        return await launch.join(row)
    await launch.start(row)
    return await launch.await_verdict(row)


async def _add_row(services: Services, upload: ResumableRow) -> VideoRow:
    """Adds the video's row; returns it, or that of an earlier upload with the same idempotency key."""
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
        # Another request may have completed the same upload at the same moment.
        row = await services.ask_catalogue(services.catalogue.by_task, upload.task_id)
        if row is None:
            raise
        return row


def _source(services: Services, upload: ResumableRow) -> Artifact:
    """Returns the object under its final key; assembles it unless it exists."""
    key, media_type = source_key(upload.video_id), upload.media_type or ""
    if upload.store_upload_id is None:
        pieces = [(key, size_bytes) for key, size_bytes in upload.pieces]
        return services.store.put(key, Pieces(services.store, upload.id).read(pieces), media_type)
    assert upload.digest is not None
    stored = [StoredPart(part.number, part.etag) for part in services.catalogue.uploads.parts(upload.id)]
    try:
        services.store.parts.complete(key, upload.store_upload_id, stored, upload.length_bytes)
    except FileUnknown as error:
        # An interrupted request may have asked for the same, and the store hides the parts while it joins
        # them: a temporary error, not the end of the upload.
        raise StoreUnavailable(f"The store has neither the parts nor the object {key} now.") from error
    return Artifact(key, media_type, upload.length_bytes, PySha256.deserialize(upload.digest).finalize())
