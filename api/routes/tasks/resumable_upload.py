"""`/files`: uploads that go on where they were cut off, by the protocol tus 1.0 (https://tus.io)."""

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
from api.uploads.tus.completion import drop, settle
from api.uploads.tus.creation import UploadRequest, create
from api.uploads.tus.receiver import Body, Receiver
from domain.errors import PassingError, PipelineError, SourceTooLarge, UploadHeaderInvalid

_log = structlog.get_logger(__name__)


async def _speaks_tus(
    tus_resumable: Annotated[str | None, Header(description="1.0.0", examples=["1.0.0"])] = None,
) -> None:
    headers.check_version(tus_resumable)


router = APIRouter(prefix=headers.ROOT, tags=["resumable upload"])
_SPEAKS_TUS = [Depends(_speaks_tus)]

UploadId = Annotated[str, Path(description="The end of the `Location` that the creation gave.")]
_TOLD: dict[str, Any] = {
    name: {"schema": {"type": "string"}, "description": description}
    for name, description in {
        "Upload-Offset": "How many bytes are safe.",
        "Upload-Length": "How many bytes there will be.",
        "Upload-Expires": "Until when the rest must have come.",
        "Task-Id": "The task, once the last byte is in and it is started.",
        "Task-Status": "Its status.",
        "Task-Url": "Where its status is told.",
    }.items()
}
_CHUNK: dict[str, Any] = {
    "requestBody": {"content": {headers.CHUNK_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.options("", status_code=204, summary="What this server can", response_class=Response)
@only_for(EVERYBODY)
async def capabilities(services: ServicesNeeded) -> Response:
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
    summary="Begin an upload",
    response_class=Response,
    responses={201: {"description": "It is at `Location`.", "headers": _TOLD}},
    dependencies=_SPEAKS_TUS,
)
@only_for(USERS)
async def begin(
    request: Request,
    services: ServicesNeeded,
    caller: CallerKnown,
    upload_length: Annotated[str | None, Header(description="Bytes.", examples=["1048576"])] = None,
    upload_metadata: Annotated[
        str | None,
        Header(
            description="`filename`, the fields of `POST /video/upload` and `webhook_url`, as tus has it.",
            examples=["filename aG9saWRheS5tcDQ=,language ZnI="],
        ),
    ] = None,
    upload_defer_length: Annotated[str | None, Header(include_in_schema=False)] = None,
    upload_checksum: Annotated[str | None, Header(description="Of the bytes that come with it.")] = None,
    content_type: Annotated[str | None, Header(include_in_schema=False)] = None,
    idempotency_key: Annotated[
        str | None,
        Header(description="Sending the same key again gives the first task.", pattern="^[ -~]{1,255}$"),
    ] = None,
) -> Response:
    """Its first bytes may come with it. What can be refused is refused here."""
    body = body_of(request)
    try:
        if upload_defer_length is not None:
            raise UploadHeaderInvalid("The length must be known: send Upload-Length.")
        announced_bytes = length_of(request)
        brings = bool(announced_bytes) or "transfer-encoding" in request.headers
        if brings:
            headers.check_chunk_type(content_type)
        checksum = headers.Checksum(upload_checksum) if upload_checksum and brings else None
        upload = await create(
            services, UploadRequest(caller, upload_length, upload_metadata, idempotency_key)
        )
        row = None
        if upload.is_whole:
            row = await settle(services, upload)
            await drain(body)
        elif brings:
            upload, row = await _go_on(
                services, caller.owner, upload.id, 0, Body(body, announced_bytes, checksum)
            )
    except PipelineError:
        await drain(body)
        raise
    location = f"{headers.ROOT}/{upload.id}"
    return Response(status_code=201, headers={**headers.headers_of(upload, row), "Location": location})


@router.head(
    "/{upload_id}",
    summary="Ask how far an upload is",
    response_class=Response,
    responses={200: {"description": "It goes on at `Upload-Offset`.", "headers": _TOLD}},
    dependencies=_SPEAKS_TUS,
)
@only_for(USERS)
async def ask(upload_id: UploadId, services: ServicesNeeded, caller: CallerKnown) -> Response:
    """Of a whole upload it starts the task, should that have failed before."""
    upload = await services.ask_catalogue(services.catalogue.uploads.find, upload_id, caller.owner, now_us())
    row = None
    if upload.is_whole or upload.fault_code:
        try:
            row = await settle(services, upload)
        except PassingError as error:
            # How far it is can be told all the same.
            _log.warning("upload_not_settled", upload_id=upload_id, code=error.code, reason=str(error))
    return Response(headers=dict(headers.headers_of(upload, row)))


@router.patch(
    "/{upload_id}",
    status_code=204,
    summary="Go on with an upload",
    response_class=Response,
    responses={204: {"description": "The bytes are safe.", "headers": _TOLD}},
    openapi_extra=_CHUNK,
    dependencies=_SPEAKS_TUS,
)
@only_for(USERS)
async def go_on(
    request: Request,
    upload_id: UploadId,
    services: ServicesNeeded,
    caller: CallerKnown,
    upload_offset: Annotated[str | None, Header(description="Where they go on.", examples=["0"])] = None,
    upload_checksum: Annotated[
        str | None, Header(description="sha1, sha256 or crc32, and the Base64 of it.")
    ] = None,
    content_type: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """The last one starts the task, and is answered when the file has been looked at."""
    body = body_of(request)
    try:
        headers.check_chunk_type(content_type)
        offset_bytes = headers.number_of("Upload-Offset", upload_offset)
        checksum = headers.Checksum(upload_checksum) if upload_checksum else None
        upload = await services.ask_catalogue(
            services.catalogue.uploads.find, upload_id, caller.owner, now_us()
        )
        if upload.fault_code:
            await settle(services, upload)
        announced_bytes = length_of(request)
        if offset_bytes + (announced_bytes or 0) > upload.length_bytes:
            raise SourceTooLarge(f"The upload was said to have {upload.length_bytes} bytes.")
        upload, row = await _go_on(
            services, caller.owner, upload_id, offset_bytes, Body(body, announced_bytes, checksum)
        )
    except PipelineError:
        await drain(body)
        raise
    return Response(status_code=204, headers=dict(headers.headers_of(upload, row)))


@router.delete("/{upload_id}", status_code=204, summary="Take an upload back", dependencies=_SPEAKS_TUS)
@only_for(USERS)
async def take_back(upload_id: UploadId, services: ServicesNeeded, caller: CallerKnown) -> None:
    """Its bytes go. A whole one is a task: cancel that."""
    uploads = services.catalogue.uploads
    await drop(services, await services.ask_catalogue(uploads.end, upload_id, caller.owner, now_us()))


async def _go_on(
    services: Services,
    owner: str,
    upload_id: str,
    offset_bytes: int,
    body: Body,
) -> tuple[ResumableRow, VideoRow | None]:
    """How far the upload is after these bytes, and its video if they were the last."""
    uploads = services.catalogue.uploads
    writer = uuid.uuid4().hex
    claimed = await services.ask_catalogue(uploads.claim, upload_id, owner, offset_bytes, writer, now_us())
    await Receiver(services, claimed, body).receive()
    upload = await services.ask_catalogue(uploads.find, upload_id, owner, now_us())
    return upload, await settle(services, upload) if upload.is_whole else None
