"""`/files`: resumable uploads by the protocol tus 1.0 (https://tus.io)."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Header, Path, Request, Response

from adapters.catalogue import ResumableRow, VideoRow
from api.access.rules import EVERYBODY, USERS, only_for
from api.dependencies import CallerKnown, Services, ServicesNeeded
from api.http.body import body_of, drain, length_of
from api.http.clock import now_us
from api.uploads.tus import headers
from api.uploads.tus.completion import complete, drop
from api.uploads.tus.creation import UploadRequest, create
from api.uploads.tus.receiver import Body, Receiver
from domain.errors import PassingError, PipelineError, SourceTooLarge, UploadHeaderInvalid

_log = structlog.get_logger(__name__)


async def _require_version(
    tus_resumable: Annotated[
        str | None, Header(description="The protocol version, 1.0.0.", examples=["1.0.0"])
    ] = None,
) -> None:
    headers.check_version(tus_resumable)


router = APIRouter(prefix=headers.ROOT, tags=["resumable upload"])
_VERSION_REQUIRED = [Depends(_require_version)]

UploadId = Annotated[str, Path(description="The last path segment of the upload's `Location`.")]
_UPLOAD_HEADERS: dict[str, Any] = {
    name: {"schema": {"type": "string"}, "description": description}
    for name, description in {
        "Upload-Offset": "Number of bytes that are stored.",
        "Upload-Length": "Size of the whole upload in bytes.",
        "Upload-Expires": "Time by which the rest must arrive.",
        "Task-Id": "Id of the task, once the upload is complete and the task is started.",
        "Task-Status": "Status of the task.",
        "Task-Url": "Path of the task's status.",
    }.items()
}
_CHUNK: dict[str, Any] = {
    "requestBody": {"content": {headers.CHUNK_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.options("", status_code=204, summary="Get the server's tus capabilities", response_class=Response)
@only_for(EVERYBODY)
async def capabilities(services: ServicesNeeded) -> Response:
    """Lists the protocol extensions, the largest upload and the checksum algorithms, as headers."""
    return Response(
        status_code=204,
        headers={
            "Tus-Extension": ",".join(headers.EXTENSIONS),
            "Tus-Max-Size": str(services.settings.max_upload_bytes),
            "Tus-Checksum-Algorithm": ",".join(headers.ALGORITHMS),
        },
    )


@router.post(
    "",
    status_code=201,
    summary="Create an upload",
    response_class=Response,
    responses={201: {"description": "The upload's address is in `Location`.", "headers": _UPLOAD_HEADERS}},
    dependencies=_VERSION_REQUIRED,
)
@only_for(USERS)
async def begin(
    request: Request,
    services: ServicesNeeded,
    caller: CallerKnown,
    upload_length: Annotated[
        str | None, Header(description="Size of the file in bytes.", examples=["1048576"])
    ] = None,
    upload_metadata: Annotated[
        str | None,
        Header(
            description="`filename`, the fields of `POST /video/upload` and `webhook_url`, as Base64 pairs.",
            examples=["filename aG9saWRheS5tcDQ=,language ZnI="],
        ),
    ] = None,
    upload_concat: Annotated[str | None, Header(include_in_schema=False)] = None,
    upload_defer_length: Annotated[str | None, Header(include_in_schema=False)] = None,
    upload_checksum: Annotated[
        str | None, Header(description="Checksum of the bytes in this request.")
    ] = None,
    content_type: Annotated[str | None, Header(include_in_schema=False)] = None,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="A repeated key returns the first task instead of a new one.",
            pattern="^[ -~]{1,255}$",
        ),
    ] = None,
) -> Response:
    """Creates an upload, after all checks that need no bytes. The body may have the first bytes."""
    body = body_of(request)
    try:
        if upload_defer_length is not None:
            raise UploadHeaderInvalid("Upload-Defer-Length is not supported: send Upload-Length.")
        if upload_concat is not None:
            raise UploadHeaderInvalid(
                "Upload-Concat is not supported: send the file as one upload, in as many requests as needed."
            )
        announced_bytes = length_of(request)
        has_content = bool(announced_bytes) or "transfer-encoding" in request.headers
        if has_content:
            headers.check_chunk_type(content_type)
        checksum = headers.Checksum(upload_checksum) if upload_checksum and has_content else None
        upload = await create(
            services, UploadRequest(caller, upload_length, upload_metadata, idempotency_key)
        )
        row = None
        if upload.is_whole:
            row = await complete(services, upload)
            await drain(body)
        elif has_content:
            upload, row = await _append(
                services, caller.owner, upload.id, 0, Body(body, announced_bytes, checksum)
            )
    except PipelineError:
        await drain(body)
        raise
    location = f"{headers.ROOT}/{upload.id}"
    return Response(status_code=201, headers={**headers.headers_of(upload, row), "Location": location})


@router.head(
    "/{upload_id}",
    summary="Get the offset of an upload",
    response_class=Response,
    responses={200: {"description": "Continue at `Upload-Offset`.", "headers": _UPLOAD_HEADERS}},
    dependencies=_VERSION_REQUIRED,
)
@only_for(USERS)
async def ask(upload_id: UploadId, services: ServicesNeeded, caller: CallerKnown) -> Response:
    """Returns the number of stored bytes. For a complete upload it starts the task if that failed before."""
    upload = await services.ask_catalogue(services.catalogue.uploads.find, upload_id, caller.owner, now_us())
    row = None
    if upload.is_whole or upload.fault_code:
        try:
            row = await complete(services, upload)
        except PassingError as error:
            # The offset is known all the same.
            _log.warning("upload_not_completed", upload_id=upload_id, code=error.code, reason=str(error))
    return Response(headers=dict(headers.headers_of(upload, row)))


@router.patch(
    "/{upload_id}",
    status_code=204,
    summary="Continue an upload",
    response_class=Response,
    responses={204: {"description": "The bytes are stored.", "headers": _UPLOAD_HEADERS}},
    openapi_extra=_CHUNK,
    dependencies=_VERSION_REQUIRED,
)
@only_for(USERS)
async def go_on(
    request: Request,
    upload_id: UploadId,
    services: ServicesNeeded,
    caller: CallerKnown,
    upload_offset: Annotated[
        str | None, Header(description="Offset of the first byte sent.", examples=["0"])
    ] = None,
    upload_checksum: Annotated[
        str | None,
        Header(
            description="Checksum of the bytes in this request: `sha1`, `sha256` or `crc32`, and its Base64."
        ),
    ] = None,
    content_type: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """Stores the bytes. The request with the last byte starts the task and waits for its first check."""
    body = body_of(request)
    try:
        headers.check_chunk_type(content_type)
        offset_bytes = headers.number_of("Upload-Offset", upload_offset)
        checksum = headers.Checksum(upload_checksum) if upload_checksum else None
        upload = await services.ask_catalogue(
            services.catalogue.uploads.find, upload_id, caller.owner, now_us()
        )
        if upload.fault_code:
            await complete(services, upload)
        announced_bytes = length_of(request)
        if offset_bytes + (announced_bytes or 0) > upload.length_bytes:
            raise SourceTooLarge(f"More bytes than Upload-Length announced ({upload.length_bytes}).")
        upload, row = await _append(
            services, caller.owner, upload_id, offset_bytes, Body(body, announced_bytes, checksum)
        )
    except PipelineError:
        await drain(body)
        raise
    return Response(status_code=204, headers=dict(headers.headers_of(upload, row)))


@router.delete("/{upload_id}", status_code=204, summary="Delete an upload", dependencies=_VERSION_REQUIRED)
@only_for(USERS)
async def take_back(upload_id: UploadId, services: ServicesNeeded, caller: CallerKnown) -> None:
    """Deletes an unfinished upload. A complete upload is a task: cancel that instead."""
    uploads = services.catalogue.uploads
    await drop(services, await services.ask_catalogue(uploads.end, upload_id, caller.owner, now_us()))


async def _append(
    services: Services,
    owner: str,
    upload_id: str,
    offset_bytes: int,
    body: Body,
) -> tuple[ResumableRow, VideoRow | None]:
    """Stores the bytes; returns the upload, and the video's row if they were the last."""
    uploads = services.catalogue.uploads
    writer = uuid.uuid4().hex
    claimed = await services.ask_catalogue(uploads.claim, upload_id, owner, offset_bytes, writer, now_us())
    await Receiver(services, claimed, body).receive()
    upload = await services.ask_catalogue(uploads.find, upload_id, owner, now_us())
    return upload, await complete(services, upload) if upload.is_whole else None
