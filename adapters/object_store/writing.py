"""Writes a stream of unknown length as one object, whole or not at all."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol

from minio import Minio

from adapters.object_store.connection import naming_faults
from adapters.object_store.numbered import NumberedParts, StoredPart
from domain.errors import FileUnknown, PipelineError, StoreUnavailable
from domain.storage.artifact import Artifact

SHA256_METADATA = "x-amz-meta-sha256"
# While the store takes these in, the next one comes.
_PARTS_AT_ONCE = 2


class Readable(Protocol):
    """A stream of bytes: `read` gives at most `size`, and none only at the end."""

    def read(self, size: int, /) -> bytes: ...


class ObjectWriter:
    """Writes through `quick`; `parts` are how a large object is written."""

    def __init__(self, quick: Minio, parts: NumberedParts, bucket: str) -> None:
        self._quick = quick
        self._parts = parts
        self._bucket = bucket

    def write(
        self, reader: Readable, key: str, media_type: str, part_size: int, on_bytes: Callable[[int], None]
    ) -> Artifact:
        """Store what `reader` gives; an error in it, in `on_bytes` or in the store leaves nothing behind.

        `on_bytes` is told the number of bytes after each that was read.
        """
        blocks = _blocks(reader, part_size, on_bytes)
        first = next(blocks, b"")
        try:
            if len(first) < part_size:
                return self._write_at_once(first, key, media_type)
            return self._write_in_parts(first, blocks, key, media_type)
        except FileUnknown as error:
            # Somebody swept the parts away: to whoever writes, that is the store's failure.
            raise StoreUnavailable(f"The object store lost {key} while it was written.") from error

    def _write_at_once(self, content: bytes, key: str, media_type: str) -> Artifact:
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            with naming_faults(f"write {key}"):
                self._quick._put_object(
                    self._bucket, key, content, {"Content-Type": media_type, SHA256_METADATA: sha256}
                )
        except PipelineError:
            # It may have been carried out, and only its answer lost.
            self._drop(key)
            raise
        return Artifact(key, media_type, len(content), sha256)

    def _write_in_parts(self, first: bytes, rest: Iterator[bytes], key: str, media_type: str) -> Artifact:
        # The digest is known only after the last byte, too late for the metadata of an object in parts:
        # the artifact carries it, and a copy of the artifact keeps it.
        digest = hashlib.sha256()
        size_bytes = 0
        parts: list[StoredPart] = []
        under_way: deque[Future[StoredPart]] = deque()
        upload_id = self._parts.begin(key, media_type)
        try:
            with ThreadPoolExecutor(_PARTS_AT_ONCE) as threads:
                block = first
                while block:
                    digest.update(block)
                    size_bytes += len(block)
                    if len(under_way) == _PARTS_AT_ONCE:
                        parts.append(under_way.popleft().result())
                    number = len(parts) + len(under_way) + 1
                    under_way.append(threads.submit(self._parts.write, key, upload_id, number, block))
                    block = next(rest, b"")
                parts += [part.result() for part in under_way]
            self._parts.complete(key, upload_id, parts, size_bytes)
        except BaseException:
            # No part is under way any more: what is dropped now stays away.
            self._abort(key, upload_id)
            raise
        return Artifact(key, media_type, size_bytes, digest.hexdigest())

    def _abort(self, key: str, upload_id: str) -> None:
        """Drop the parts, and the object if it came to be; the fault that led here is the one to tell."""
        with suppress(PipelineError):
            self._parts.drop(key, upload_id)
        self._drop(key)

    def _drop(self, key: str) -> None:
        with suppress(PipelineError), naming_faults(f"drop {key}"):
            self._quick.remove_object(self._bucket, key)


def _blocks(reader: Readable, block_size: int, on_bytes: Callable[[int], None]) -> Iterator[bytes]:
    """The stream in blocks of exactly `block_size`, the last one shorter (or none)."""
    total = 0
    while True:
        block = bytearray()
        while len(block) < block_size:
            piece = reader.read(min(block_size - len(block), 1024 * 1024))
            if not piece:
                if block:
                    yield bytes(block)
                return
            block += piece
            total += len(piece)
            on_bytes(total)
        yield bytes(block)
