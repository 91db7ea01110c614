"""Leftovers of a resumable upload: bytes that do not fill a multipart part, stored as separate objects."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress

from adapters.object_store import S3ObjectStore
from domain.errors import PipelineError
from domain.storage.keys import pieces_prefix

Piece = tuple[str, int]
"""Key and size in bytes."""


class Pieces:
    """Pieces of one upload in the store. All calls block: run them on threads."""

    def __init__(self, store: S3ObjectStore, upload_id: str) -> None:
        self._store = store
        self._prefix = pieces_prefix(upload_id)

    def write(self, content: bytes) -> Piece:
        # A unique name: an interrupted request may still be writing.
        key = f"{self._prefix}{uuid.uuid4().hex}"
        self._store.put(key, content, "application/octet-stream")
        return key, len(content)

    def read(self, pieces: Sequence[Piece]) -> bytes:
        return b"".join(
            block for key, size_bytes in pieces for block in self._store.open_range(key, 0, size_bytes)
        )

    def remove(self, pieces: Sequence[Piece]) -> None:
        """Removes the pieces. What can't be removed now is left to the clean-up."""
        for key, _ in pieces:
            with suppress(PipelineError):
                self._store.remove(key)


def size_of(pieces: Sequence[Piece]) -> int:
    return sum(size_bytes for _, size_bytes in pieces)
