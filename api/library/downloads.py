"""Download responses for stored objects: validators, conditions and one range (RFC 9110, 8, 13, 14)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import anyio
from anyio import to_thread
from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from adapters.object_store import StoredObject
from api.dependencies import Services
from api.library.byte_ranges import ByteRange, parse_range
from api.process_state.metrics import ApiMetrics
from domain.errors import FileUnknown, PreconditionFailed

# OpenAPI parameters of the range and condition headers, which `serve` reads from the request.
CONDITIONS = {
    "parameters": [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        for name in (
            "Range",
            "If-Range",
            "If-Match",
            "If-Unmodified-Since",
            "If-None-Match",
            "If-Modified-Since",
        )
    ]
}


async def serve(
    request: Request,
    services: Services,
    key: str,
    disposition: str,
    cache_control: str = "private, no-cache",
) -> Response:
    """Returns the response to GET or HEAD. A store that fails before the first byte gives an error."""
    with services.metrics.stream_start():
        stored = await to_thread.run_sync(services.store.stat, key)
    if stored is None:
        raise FileUnknown("The file has been removed.")
    require_unchanged(request.headers, stored)
    headers = {
        "ETag": etag_of(stored),
        "Accept-Ranges": "bytes",
        "Cache-Control": cache_control,
        "Content-Disposition": disposition,
    }
    if stored.modified is not None:
        headers["Last-Modified"] = format_datetime(stored.modified.astimezone(UTC), usegmt=True)
    if is_unchanged(request.headers, stored):
        return Response(status_code=304, headers=headers)
    part = _range(request, stored)
    length = part.length if part else stored.size_bytes
    headers["Content-Length"] = str(length)
    headers["Content-Type"] = stored.media_type
    if part is not None:
        headers["Content-Range"] = part.content_range
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    offset = part.offset if part else 0
    with services.metrics.stream_start():
        content = await _begin(services.store.open_range(key, offset, length), services.metrics)
    if offset == 0 and stored.media_type.startswith("video/"):
        services.count_view(key)
    return StreamingResponse(content, status_code=status, headers=headers)


def etag_of(stored: StoredObject) -> str:
    """Returns a strong validator: the SHA-256 of the bytes where it is known, else the store's ETag."""
    return f'"{stored.sha256 or stored.etag}"'


def require_unchanged(headers: Headers, stored: StoredObject) -> None:
    """Raises `PreconditionFailed` unless the file is the version that If-Match or If-Unmodified-Since names.

    If-Match takes precedence; a weak tag never matches there, and a date that can't be read counts as absent.
    """
    tags = headers.get("if-match")
    # An empty list of tags is no list, and counts as absent.
    if tags:
        known = {tag.strip() for tag in tags.split(",")}
        changed = "*" not in known and etag_of(stored) not in known
    else:
        since = _date(headers.get("if-unmodified-since"))
        changed = (
            since is not None
            and stored.modified is not None
            and stored.modified.replace(microsecond=0) > since
        )
    if changed:
        raise PreconditionFailed(
            "The file has changed: fetch it again from its start, without the condition."
        )


def is_unchanged(headers: Headers, stored: StoredObject) -> bool:
    """True when the caller has the file already. If-None-Match takes precedence over If-Modified-Since."""
    tags = headers.get("if-none-match")
    if tags is not None:
        return matches(tags, etag_of(stored))
    since = _date(headers.get("if-modified-since"))
    return (
        since is not None and stored.modified is not None and stored.modified.replace(microsecond=0) <= since
    )


def matches(tags: str, tag: str) -> bool:
    """True when an If-None-Match header contains this validator, or `*`."""
    known = {known.strip().removeprefix("W/") for known in tags.split(",")}
    return "*" in known or tag in known


def _range(request: Request, stored: StoredObject) -> ByteRange | None:
    """Returns the range to send. HEAD has none, and neither has a file that If-Range finds changed."""
    if request.method == "HEAD" or not _if_range_holds(request.headers.get("if-range"), stored):
        return None
    return parse_range(request.headers.get("range"), stored.size_bytes)


def _if_range_holds(validator: str | None, stored: StoredObject) -> bool:
    if validator is None:
        return True
    if validator.startswith(('"', "W/")):
        # Weak tags never match here: they don't promise the same bytes.
        return validator.strip() == etag_of(stored)
    date = _date(validator)
    return date is not None and stored.modified is not None and stored.modified.replace(microsecond=0) == date


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return date if date is None or date.tzinfo else date.replace(tzinfo=UTC)


async def _begin(chunks: Iterator[bytes], metrics: ApiMetrics) -> AsyncIterator[bytes]:
    """Reads the first chunk before the response starts, so that a failing store still gives an error."""
    first = await to_thread.run_sync(next, chunks, b"")
    return _rest(first, chunks, metrics)


async def _rest(first: bytes, chunks: Iterator[bytes], metrics: ApiMetrics) -> AsyncIterator[bytes]:
    try:
        with metrics.stream():
            chunk = first
            while chunk:
                yield chunk
                metrics.stream_bytes.inc(len(chunk))
                chunk = await to_thread.run_sync(next, chunks, b"")
    finally:
        # Also when the client disconnects: close the connection to the store.
        close = getattr(chunks, "close", None)
        if close is not None:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(close)
