"""Creation of a resumable upload, with all checks that are possible before its first byte."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from adapters.catalogue import ResumableRow
from adapters.catalogue.models import options_as_json
from api.access.callers import Caller
from api.dependencies import Services
from api.http.clock import now_us
from api.http.file_names import display_name
from api.uploads.form_fields import FIELDS, options_of
from api.uploads.tus.headers import metadata_of, number_of
from api.uploads.upload import check_webhook
from domain.errors import FormInvalid, SourceEmpty, SourceTooLarge
from domain.storage.resumable import LIFETIME_US

_WEBHOOK = "webhook_url"
_FILENAMES = ("filename", "name")
# Keys that the usual clients add by themselves; the type is detected from the content.
_IGNORED = ("filetype", "type", "relativePath", "lastModified")
_LONGEST_VALUE_BYTES = 1024


@dataclass(frozen=True)
class UploadRequest:
    """Caller and raw headers of a creation request."""

    caller: Caller
    length: str | None
    metadata: str | None
    idempotency_key: str | None


async def create(services: Services, request: UploadRequest) -> ResumableRow:
    """Returns the new upload. With the idempotency key of an existing video it is complete from the start."""
    length_bytes = number_of("Upload-Length", request.length)
    _check_length(length_bytes, services.settings.max_upload_bytes)
    upload = _upload_of(services, request, length_bytes)
    if request.idempotency_key is not None:
        first = await services.ask_catalogue(
            services.catalogue.by_idempotency_key, upload.owner, request.idempotency_key
        )
        if first is not None:
            upload.offset_bytes, upload.task_id = length_bytes, first.task_id
            return await services.ask_catalogue(services.catalogue.uploads.add, upload)
    return await services.ask_catalogue(services.catalogue.uploads.create, upload, services.quotas)


def _check_length(length_bytes: int, limit_bytes: int) -> None:
    if length_bytes == 0:
        raise SourceEmpty("The file has no bytes.")
    if length_bytes > limit_bytes:
        raise SourceTooLarge(f"The file is larger than the limit of {limit_bytes} bytes.")


def _upload_of(services: Services, request: UploadRequest, length_bytes: int) -> ResumableRow:
    values = metadata_of(request.metadata)
    for name, value in values.items():
        if name not in (*_FILENAMES, *FIELDS, _WEBHOOK, *_IGNORED):
            known = ", ".join((_FILENAMES[0], *FIELDS, _WEBHOOK))
            raise FormInvalid(f"Upload-Metadata has the unknown key {name!r}: the keys are {known}.")
        if len(value) > _LONGEST_VALUE_BYTES:
            raise FormInvalid(f"{name} is longer than {_LONGEST_VALUE_BYTES} bytes.")
    filename = next((values[name] for name in _FILENAMES if name in values), b"")
    webhook_url = values.get(_WEBHOOK, b"").decode(errors="replace") or None
    if webhook_url is not None:
        check_webhook(webhook_url, services.webhook_secret)
    created_us = now_us()
    return ResumableRow(
        id=uuid.uuid4().hex,
        owner=request.caller.owner,
        plan=request.caller.plan.value,
        video_id=uuid.uuid4().hex,
        task_id=f"task-{uuid.uuid4().hex}",
        filename=display_name(filename.decode(errors="replace")),
        sent_metadata=(request.metadata or "").strip(),
        options=options_as_json(options_of({name: values[name] for name in FIELDS if name in values})),
        idempotency_key=request.idempotency_key,
        webhook_url=webhook_url,
        length_bytes=length_bytes,
        created_us=created_us,
        expires_us=created_us + LIFETIME_US,
    )
