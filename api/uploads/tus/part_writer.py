"""Writer of an upload's parts to the store, complete or while they arrive, with their digest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from rehashes import PySha256

from adapters.catalogue import Progress, ResumableRow
from adapters.object_store import GrowingPart, S3ObjectStore, StoredPart
from api.uploads.tus.leftovers import Pieces
from domain.storage.keys import source_key

# Other threads run between the digests of blocks of this size.
_DIGESTED_AT_ONCE = 1024 * 1024
# The digest takes only `bytes`: copies of this size reuse memory.
_COPIED_AT_ONCE = 64 * 1024

Stored = tuple[StoredPart, bytes]
"""A stored part, and the digest's state after it."""


class PartWriter:
    """Writer of parts: a part is the pieces of `progress` and the bytes after them. Blocks its thread."""

    def __init__(self, store: S3ObjectStore, upload: ResumableRow) -> None:
        self._parts = store.parts
        self._pieces = Pieces(store, upload.id)
        self._key = source_key(upload.video_id)

    def begin(self, media_type: str) -> str:
        """Starts a multipart upload; returns the store's id of it."""
        return self._parts.begin(self._key, media_type)

    def send(self, progress: Progress, rest: GrowingPart) -> Stored:
        """Writes a part while its rest arrives. Raises `GivenUp` when the rest will not arrive."""
        assert progress.store_upload_id is not None
        pieces, digest = self._pieces.read(progress.pieces), _digest_of(progress)

        def blocks() -> Iterator[memoryview]:
            for block in chain([memoryview(pieces)], rest.blocks()):
                for start in range(0, len(block), _COPIED_AT_ONCE):
                    digest.update(bytes(block[start : start + _COPIED_AT_ONCE]))
                yield block

        size_bytes = len(pieces) + rest.size_bytes
        part = self._parts.stream(
            self._key, progress.store_upload_id, progress.next_part, blocks(), size_bytes
        )
        return part, digest.serialize()

    def write(self, progress: Progress, rest: bytes) -> Stored:
        """Writes a part whose bytes have all arrived."""
        assert progress.store_upload_id is not None
        content, digest = self._pieces.read(progress.pieces) + rest, _digest_of(progress)
        for start in range(0, len(content), _DIGESTED_AT_ONCE):
            digest.update(content[start : start + _DIGESTED_AT_ONCE])
        part = self._parts.write(self._key, progress.store_upload_id, progress.next_part, content)
        return part, digest.serialize()


def _digest_of(progress: Progress) -> PySha256:
    return PySha256.deserialize(progress.digest) if progress.digest else PySha256()
