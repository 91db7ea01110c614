"""Headers of tus 1.0: parsing of requests, and the headers of responses."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Protocol

from adapters.catalogue import ResumableRow, VideoRow
from api.schemas.tasks import status_url
from domain.errors import ChunkTypeWrong, UploadHeaderInvalid, UploadVersionUnsupported

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "termination", "checksum", "expiration")
ALGORITHMS = ("sha1", "sha256", "crc32")
CHUNK_TYPE = "application/offset+octet-stream"
ROOT = "/files"

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_NAME = re.compile(r"[!-+\--~]{1,64}")


class Digest(Protocol):
    """Interface of the checksum algorithms."""

    def update(self, content: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, content: bytes, /) -> None:
        self._value = zlib.crc32(content, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


class Checksum:
    """Expected checksum of one request's bytes, and the digest of those received so far."""

    def __init__(self, header: str) -> None:
        algorithm, _, encoded = header.strip().partition(" ")
        if algorithm not in ALGORITHMS:
            raise UploadHeaderInvalid(
                f"Upload-Checksum names {algorithm[:40]!r}: use one of {', '.join(ALGORITHMS)}."
            )
        self._expected = _decoded("Upload-Checksum", encoded)
        self._digest: Digest = (
            _Crc32() if algorithm == "crc32" else hashlib.new(algorithm, usedforsecurity=False)
        )

    def update(self, content: bytes) -> None:
        self._digest.update(content)

    @property
    def matches(self) -> bool:
        """True when the bytes received so far have the expected checksum."""
        return self._digest.digest() == self._expected


def check_version(sent: str | None) -> None:
    """Raises `UploadVersionUnsupported` for a request of another version, or of none."""
    if sent != VERSION:
        raise UploadVersionUnsupported(f"Send Tus-Resumable: {VERSION}.")


def check_chunk_type(sent: str | None) -> None:
    """Raises `ChunkTypeWrong` for a body of another media type."""
    if (sent or "").partition(";")[0].strip().lower() != CHUNK_TYPE:
        raise ChunkTypeWrong(f"Send Content-Type: {CHUNK_TYPE}.")


def number_of(name: str, sent: str | None) -> int:
    """Parses a required header as a whole number of bytes."""
    if sent is None or not _NUMBER.fullmatch(sent.strip()):
        raise UploadHeaderInvalid(f"{name} is {sent!r}; it must be a whole number of bytes.")
    return int(sent)


def metadata_of(sent: str | None) -> dict[str, bytes]:
    """Parses `key base64, key base64`; a key without a value has an empty one."""
    pairs: dict[str, bytes] = {}
    for entry in (sent or "").split(","):
        name, _, encoded = entry.strip().partition(" ")
        if not name and not encoded and not (sent or "").strip():
            continue
        if not _NAME.fullmatch(name) or name in pairs:
            raise UploadHeaderInvalid(f"Upload-Metadata has an invalid or repeated key {name[:40]!r}.")
        pairs[name] = _decoded("Upload-Metadata", encoded)
    return pairs


def headers_of(upload: ResumableRow, row: VideoRow | None = None) -> Mapping[str, str]:
    """Returns the headers of a response: offset and length, and the task of a complete upload (`row`)."""
    headers = {"Upload-Offset": str(upload.offset_bytes), "Upload-Length": str(upload.length_bytes)}
    if upload.sent_metadata:
        headers["Upload-Metadata"] = upload.sent_metadata
    if not upload.is_whole:
        expires = datetime.fromtimestamp(upload.expires_us / 1_000_000, UTC)
        headers["Upload-Expires"] = format_datetime(expires, usegmt=True)
    if row is not None:
        headers["Task-Id"] = row.task_id
        headers["Task-Status"] = row.status
        headers["Task-Url"] = status_url(row.task_id)
    return headers


def _decoded(header: str, encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UploadHeaderInvalid(f"{header} has the value {encoded[:40]!r}, which is not Base64.") from error
