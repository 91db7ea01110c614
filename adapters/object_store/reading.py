"""Reader of objects: metadata, listings, and streams in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from minio import Minio

from adapters.object_store.connection import translated_errors
from domain.errors import FileUnknown

CHUNK_SIZE = 256 * 1024


@dataclass(frozen=True)
class StoredObject:
    """Metadata of an object. `sha256` is None if it was written in parts and never copied."""

    key: str
    size_bytes: int
    etag: str
    modified: datetime | None = None
    media_type: str = "application/octet-stream"
    sha256: str | None = None


class ObjectReader:
    def __init__(self, client: Minio, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def stat(self, key: str) -> StoredObject | None:
        """Metadata of an object, or None when there is none."""
        try:
            with translated_errors(f"look up {key}"):
                found = self._client.stat_object(self._bucket, key)
        except FileUnknown:
            return None
        headers = found.metadata or {}
        return StoredObject(
            key=key,
            size_bytes=found.size or 0,
            etag=found.etag or "",
            modified=found.last_modified,
            media_type=found.content_type or "application/octet-stream",
            sha256=headers.get("x-amz-meta-sha256"),
        )

    def open_range(self, key: str, offset: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `offset` in small chunks; closing the iterator closes the connection."""
        if length == 0:
            return
        with translated_errors(f"read {key}"):
            response = self._client.get_object(self._bucket, key, offset=offset, length=length)
            try:
                yield from response.stream(CHUNK_SIZE)
            finally:
                response.close()
                response.release_conn()

    def list_prefix(self, prefix: str) -> Iterator[StoredObject]:
        """Objects below `prefix`, in order of key."""
        with translated_errors(f"list {prefix}"):
            for found in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                yield StoredObject(
                    key=found.object_name or "",
                    size_bytes=found.size or 0,
                    etag=found.etag or "",
                    modified=found.last_modified,
                )
