"""Removal of objects and of unfinished multipart uploads, which listings of objects don't show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from minio import Minio
from minio.deleteobjects import DeleteObject

from adapters.object_store.connection import translated_errors
from domain.errors import FileUnknown, StoreUnavailable


@dataclass(frozen=True)
class UnfinishedUpload:
    """Multipart upload that was begun and neither completed nor dropped."""

    key: str
    upload_id: str
    begun: datetime | None


class ObjectRemover:
    def __init__(self, client: Minio, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def remove(self, prefix: str, before: datetime | None = None) -> int:
        """Remove objects and uploads below `prefix` older than `before`; return their number."""
        uploads = self.drop_unfinished(prefix, before)
        keys = list(self._keys(prefix, before))
        with translated_errors(f"remove {prefix}"):
            failures = list(self._client.remove_objects(self._bucket, [DeleteObject(key) for key in keys]))
        if failures:
            raise StoreUnavailable(
                f"The object store did not remove {failures[0].name}: {failures[0].message}"
            )
        return len(keys) + uploads

    def drop_unfinished(self, prefix: str, before: datetime | None = None) -> int:
        """Drop unfinished uploads below `prefix` begun before `before`; return their number."""
        uploads = [found for found in self.unfinished(prefix) if _is_older(found.begun, before)]
        for upload in uploads:
            # Another clean-up may have dropped it already.
            with suppress(FileUnknown), translated_errors(f"drop the parts of {upload.key}"):
                self._client._abort_multipart_upload(self._bucket, upload.key, upload.upload_id)
        return len(uploads)

    def unfinished(self, prefix: str) -> list[UnfinishedUpload]:
        uploads: list[UnfinishedUpload] = []
        marker: str | None = None
        while True:
            # Lists the whole bucket, because MinIO takes a prefix here for the key of one object.
            with translated_errors(f"list the unfinished uploads of {prefix}"):
                page = self._client._list_multipart_uploads(self._bucket, key_marker=marker)
            uploads += [
                UnfinishedUpload(upload.object_name, upload.upload_id or "", upload.initiated_time)
                for upload in page.uploads
                if upload.object_name.startswith(prefix)
            ]
            if not page.is_truncated or not page.next_key_marker or page.next_key_marker == marker:
                return uploads
            marker = page.next_key_marker

    def folders(self, prefix: str) -> list[str]:
        """Names directly below `prefix` that have objects or unfinished uploads below them."""
        with translated_errors(f"list {prefix}"):
            listed = [
                found.object_name or "" for found in self._client.list_objects(self._bucket, prefix=prefix)
            ]
        listed += [upload.key for upload in self.unfinished(prefix)]
        return sorted({key.removeprefix(prefix).split("/")[0] for key in listed} - {""})

    def _keys(self, prefix: str, before: datetime | None) -> Iterator[str]:
        with translated_errors(f"list {prefix}"):
            for found in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                if found.object_name and _is_older(found.last_modified, before):
                    yield found.object_name


def _is_older(written: datetime | None, before: datetime | None) -> bool:
    """True if written before `before`, or `before` is None; something without a time is never older."""
    return before is None or (written is not None and written < before)
