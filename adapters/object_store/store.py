"""Object store of the product in one S3 bucket: objects, parts, copies, removal and signed links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from minio.commonconfig import REPLACE, ComposeSource, CopySource
from minio.error import S3Error

from adapters.object_store.connection import (
    ANSWER_TIMEOUT_S,
    COPY_TIMEOUT_S,
    StoreSettings,
    connect,
    translated_errors,
)
from adapters.object_store.numbered import NumberedParts
from adapters.object_store.reading import ObjectReader, StoredObject
from adapters.object_store.removing import ObjectRemover, UnfinishedUpload
from adapters.object_store.writing import SHA256_METADATA, ObjectWriter, Readable
from domain.attempts.progress import ProgressReporter
from domain.errors import FileUnknown, StoreUnavailable
from domain.storage.artifact import Artifact

PART_SIZE = 16 * 1024 * 1024
# S3 copies at most 5 GiB in one call; parts of 1 GiB keep each call short.
LARGEST_COPY = 5 * 1024**3
COPY_PART_SIZE = 1024**3


class S3ObjectStore:
    """Object store, safe for many threads. Every call raises `StoreUnavailable` when the store does not
    answer, and `SettingInvalid` when it refuses the bucket or the keys."""

    def __init__(
        self, settings: StoreSettings, largest_copy: int = LARGEST_COPY, copy_part_size: int = COPY_PART_SIZE
    ) -> None:
        self._bucket = settings.bucket
        self._largest_copy = largest_copy
        self._copy_part_size = copy_part_size
        self._region = settings.region
        self._quick = connect(settings, ANSWER_TIMEOUT_S)
        self._patient = connect(settings, COPY_TIMEOUT_S)
        self._linked = connect(settings.as_reached_by_link, ANSWER_TIMEOUT_S)
        self._reader = ObjectReader(self._quick, self._bucket)
        self.parts = NumberedParts(self._quick, self._patient, self._bucket)
        self._writer = ObjectWriter(self._quick, self.parts, self._bucket)
        self._remover = ObjectRemover(self._quick, self._bucket)

    def ready(self) -> None:
        """Raise `StoreUnavailable` unless the bucket exists."""
        with translated_errors(f"look up the bucket {self._bucket}"):
            if not self._quick.bucket_exists(self._bucket):
                raise StoreUnavailable(f"The object store has no bucket {self._bucket}.")

    def ensure_bucket(self) -> None:
        """Create the bucket if it is missing; safe when two processes do it at once."""
        with translated_errors(f"make the bucket {self._bucket}"):
            if self._quick.bucket_exists(self._bucket):
                return
            try:
                self._quick.make_bucket(self._bucket, self._region)
            except S3Error as error:
                if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                    raise

    def stat(self, key: str) -> StoredObject | None:
        """Metadata of an object, or None when there is none."""
        return self._reader.stat(key)

    def list_prefix(self, prefix: str) -> Iterator[StoredObject]:
        """Objects below `prefix`, in order of key."""
        return self._reader.list_prefix(prefix)

    def open_range(self, key: str, offset: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `offset` in small chunks; closing the iterator closes the connection."""
        return self._reader.open_range(key, offset, length)

    def download(self, key: str, scratch_path: Path, progress: ProgressReporter) -> None:
        """Write the object to a file; raises `FileUnknown` if it is missing."""
        found = self._reader.stat(key)
        if found is None:
            raise FileUnknown(f"The object store holds no {key}.")
        received = 0
        with scratch_path.open("wb") as file:
            for chunk in self._reader.open_range(key, 0, found.size_bytes):
                progress.check()
                file.write(chunk)
                received += len(chunk)
                progress.advance(received / found.size_bytes)
        if received != found.size_bytes:
            raise StoreUnavailable(f"The object store sent {received} of {found.size_bytes} bytes of {key}.")

    def upload(self, scratch_path: Path, key: str, media_type: str, progress: ProgressReporter) -> Artifact:
        """Store a file."""
        size_bytes = scratch_path.stat().st_size

        def on_bytes(count: int) -> None:
            progress.check()
            progress.advance(min(1.0, count / size_bytes))

        with scratch_path.open("rb") as file:
            return self._writer.write(file, key, media_type, PART_SIZE, on_bytes)

    def find(self, key: str) -> Artifact | None:
        """Artifact with this key; None if there is none or its digest is not stored."""
        found = self._reader.stat(key)
        if found is None or found.sha256 is None:
            return None
        return Artifact(key, found.media_type, found.size_bytes, found.sha256)

    def put(self, key: str, content: bytes, media_type: str) -> Artifact:
        """Store a small object."""
        return self._writer.write(BytesIO(content), key, media_type, len(content) + 1, _ignore_progress)

    def put_stream(
        self, reader: Readable, key: str, media_type: str, part_size: int = 8 * 1024 * 1024
    ) -> Artifact:
        """Store a stream of unknown length in about four times `part_size` of memory.

        S3 allows 10,000 parts of at least 5 MiB. An error in `reader` passes through unchanged.
        """
        return self._writer.write(reader, key, media_type, part_size, _ignore_progress)

    def copy(self, source: Artifact, target_key: str) -> Artifact:
        """Copy inside the store, atomically, with the source's digest in the copy's metadata."""
        metadata: dict[str, str | list[str] | tuple[str]] = {
            "Content-Type": source.media_type,
            SHA256_METADATA: source.sha256,
        }
        with translated_errors(f"copy {source.key}"):
            if source.size_bytes <= self._largest_copy:
                self._patient.copy_object(
                    self._bucket,
                    target_key,
                    CopySource(self._bucket, source.key),
                    metadata=metadata,
                    metadata_directive=REPLACE,
                )
            else:
                self._patient.compose_object(
                    self._bucket, target_key, self._copy_parts(source), metadata=metadata
                )
        return Artifact(target_key, source.media_type, source.size_bytes, source.sha256)

    def exists(self, key: str) -> bool:
        """True if there is such an object."""
        return self._reader.stat(key) is not None

    def copy_to_bucket(self, prefix: str, bucket: str) -> int:
        """Copy every object below `prefix` to the same keys of another bucket; return their number."""
        copied = 0
        for found in self._reader.list_prefix(prefix):
            with translated_errors(f"copy {found.key} to {bucket}"):
                source = ComposeSource(self._bucket, found.key)
                if found.size_bytes <= self._largest_copy:
                    self._patient.copy_object(bucket, found.key, CopySource(self._bucket, found.key))
                else:
                    self._patient.compose_object(bucket, found.key, [source])
            copied += 1
        return copied

    def _copy_parts(self, source: Artifact) -> list[ComposeSource]:
        return [
            ComposeSource(
                self._bucket,
                source.key,
                offset=offset,
                length=min(self._copy_part_size, source.size_bytes - offset),
            )
            for offset in range(0, source.size_bytes, self._copy_part_size)
        ]

    def remove(self, key: str) -> None:
        """Remove one object; a missing one is no fault."""
        with translated_errors(f"remove {key}"):
            self._quick.remove_object(self._bucket, key)

    def remove_prefix(self, prefix: str) -> int:
        """Remove every object and unfinished upload below `prefix`; return their number."""
        return self._remover.remove(prefix)

    def remove_older(self, prefix: str, before: datetime) -> int:
        """Like `remove_prefix`, only for what was written or begun before `before`."""
        return self._remover.remove(prefix, before)

    def drop_unfinished(self, prefix: str, before: datetime) -> int:
        """Drop every unfinished upload below `prefix` begun before `before`; objects stay."""
        return self._remover.drop_unfinished(prefix, before)

    def folders(self, prefix: str) -> list[str]:
        """Names directly below `prefix` that have objects or unfinished uploads below them."""
        return self._remover.folders(prefix)

    def unfinished(self, prefix: str) -> list[UnfinishedUpload]:
        """Uploads below `prefix` that were begun and neither completed nor dropped."""
        return self._remover.unfinished(prefix)

    def uri_of(self, key: str) -> str:
        """Object's address in the form of S3 tools."""
        return f"s3://{self._bucket}/{key}"

    def presigned_get(self, key: str, valid_s: int = 3600) -> str:
        """URL that allows anyone to read the object for `valid_s` seconds."""
        with translated_errors(f"sign a link to {key}"):
            return self._linked.presigned_get_object(self._bucket, key, expires=timedelta(seconds=valid_s))


def _ignore_progress(_count: int) -> None:
    """Callback for writes without progress reports."""
