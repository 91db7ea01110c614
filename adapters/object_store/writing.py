"""Writer of streams of unknown length, each as one whole object or not at all."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol

from minio import Minio

from adapters.object_store.connection import translated_errors
from adapters.object_store.numbered import NumberedParts, StoredPart
from domain.errors import FileUnknown, PipelineError, StoreUnavailable
from domain.storage.artifact import Artifact

SHA256_METADATA = "x-amz-meta-sha256"
# These are sent while the next one is read.
_CONCURRENT_PARTS = 2


class Readable(Protocol):
    """Stream of bytes: `read` returns at most `size` bytes, and none only at the end."""

    def read(self, size: int, /) -> bytes: ...


class ObjectWriter:
    """Writer of objects: small ones in one call of `quick`, large ones through `parts`."""

    def __init__(self, quick: Minio, parts: NumberedParts, bucket: str) -> None:
        self._quick = quick
        self._parts = parts
        self._bucket = bucket

    def write(
        self, reader: Readable, key: str, media_type: str, part_size: int, on_bytes: Callable[[int], None]
    ) -> Artifact:
        """Store the stream; an error in `reader`, in `on_bytes` or in the store leaves nothing behind.

        `on_bytes` is called with the number of bytes read so far.
        """
        blocks = _blocks(reader, part_size, on_bytes)
        first = next(blocks, b"")
        try:
            if len(first) < part_size:
                return self._write_at_once(first, key, media_type)
            return self._write_in_parts(first, blocks, key, media_type)
        except FileUnknown as error:
            # Another process removed the parts: for the writer that is a failure of the store.
            raise StoreUnavailable(f"The object store lost {key} while it was written.") from error

    def _write_at_once(self, content: bytes, key: str, media_type: str) -> Artifact:
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            with translated_errors(f"write {key}"):
                self._quick._put_object(
                    self._bucket, key, content, {"Content-Type": media_type, SHA256_METADATA: sha256}
                )
        except PipelineError:
            # The write may have succeeded and only its answer been lost.
            self._drop(key)
            raise
        return Artifact(key, media_type, len(content), sha256)

    def _write_in_parts(self, first: bytes, rest: Iterator[bytes], key: str, media_type: str) -> Artifact:
        # The digest is known only after the last byte, too late for the metadata of an object in parts.
        # The artifact has it, and a copy of the artifact stores it.
        digest = hashlib.sha256()
        size_bytes = 0
        parts: list[StoredPart] = []
        pending: deque[Future[StoredPart]] = deque()
        upload_id = self._parts.begin(key, media_type)
        try:
            with ThreadPoolExecutor(_CONCURRENT_PARTS) as threads:
                block = first
                while block:
                    digest.update(block)
                    size_bytes += len(block)
                    if len(pending) == _CONCURRENT_PARTS:
                        parts.append(pending.popleft().result())
                    number = len(parts) + len(pending) + 1
                    pending.append(threads.submit(self._parts.write, key, upload_id, number, block))
                    block = next(rest, b"")
                parts += [part.result() for part in pending]
            self._parts.complete(key, upload_id, parts, size_bytes)
        except BaseException:
            # No part is pending any more, so that none can appear after this.
            self._abort(key, upload_id)
            raise
        return Artifact(key, media_type, size_bytes, digest.hexdigest())

    def _abort(self, key: str, upload_id: str) -> None:
        """Drop the parts and the object, if it exists; errors are ignored in favour of the original one."""
        with suppress(PipelineError):
            self._parts.drop(key, upload_id)
        self._drop(key)

    def _drop(self, key: str) -> None:
        with suppress(PipelineError), translated_errors(f"drop {key}"):
            self._quick.remove_object(self._bucket, key)


def _blocks(reader: Readable, block_size: int, on_bytes: Callable[[int], None]) -> Iterator[bytes]:
    """Stream in blocks of exactly `block_size`, a shorter last one, or none."""
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
