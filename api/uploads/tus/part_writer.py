"""Writes a part of an upload to the store, at once or while it comes, and takes its digest on the way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from rehashes import PySha256

from adapters.catalogue import Progress, ResumableRow
from adapters.object_store import GrowingPart, S3ObjectStore, StoredPart
from api.uploads.tus.leftovers import Pieces
from domain.storage.keys import source_key

# The thread that digests gives way to the others after so much.
_DIGESTED_AT_ONCE = 1024 * 1024
# The digest takes only `bytes`; so little of them comes from memory that is used again.
_COPIED_AT_ONCE = 64 * 1024

Stored = tuple[StoredPart, bytes]
"""A part, and the state of the digest after it."""


class PartWriter:
    """Blocking: for threads. A part is what `reached` has of pieces, and what follows them."""

    def __init__(self, store: S3ObjectStore, upload: ResumableRow) -> None:
        self._parts = store.parts
        self._pieces = Pieces(store, upload.id)
        self._key = source_key(upload.video_id)

    def begin(self, media_type: str) -> str:
        """The store's name for the upload."""
        return self._parts.begin(self._key, media_type)

    def send(self, reached: Progress, rest: GrowingPart) -> Stored:
        """Raises `GivenUp` when the rest will not come."""
        assert reached.store_upload_id is not None
        kept, digest = self._pieces.read(reached.pieces), _digest_of(reached)

        def blocks() -> Iterator[memoryview]:
            for block in chain([memoryview(kept)], rest.blocks()):
                for start in range(0, len(block), _COPIED_AT_ONCE):
                    digest.update(bytes(block[start : start + _COPIED_AT_ONCE]))
                yield block

        size_bytes = len(kept) + rest.size_bytes
        part = self._parts.stream(self._key, reached.store_upload_id, reached.next_part, blocks(), size_bytes)
        return part, digest.serialize()

    def write(self, reached: Progress, rest: bytes) -> Stored:
        assert reached.store_upload_id is not None
        content, digest = self._pieces.read(reached.pieces) + rest, _digest_of(reached)
        for start in range(0, len(content), _DIGESTED_AT_ONCE):
            digest.update(content[start : start + _DIGESTED_AT_ONCE])
        part = self._parts.write(self._key, reached.store_upload_id, reached.next_part, content)
        return part, digest.serialize()


def _digest_of(reached: Progress) -> PySha256:
    return PySha256.deserialize(reached.digest) if reached.digest else PySha256()
