"""Takes the bytes of one request into the store, and says of them only what is safe there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import anyio
from anyio import to_thread
from rehashes import PySha256

from adapters.catalogue import Progress, ResumableRow
from adapters.object_store import StoredPart
from api.dependencies import Parts
from api.tus.pieces import Pieces, size_of
from api.tus.protocol import Checksum
from api.tus.settling import refuse
from domain.containers import HEAD_SIZE, sniff
from domain.errors import ChecksumWrong, FormBroken, PipelineError, SenderError, SourceTooLarge
from domain.keys import source_key
from domain.resumable import MOST_PIECES, part_bytes

# The thread that digests gives way to the others after so much.
_DIGESTED_AT_ONCE = 1024 * 1024


class Receiver:
    """Goes on with an upload that `upload.writer` has claimed.

    A part counts once the catalogue has it, so that at any moment the offset is what the store holds. With
    a checksum nothing counts before the last byte of the request has come, and fits. A request that fails
    does not give the upload back: whoever claims it next leaves out the number that this one may still write.
    """

    def __init__(self, parts: Parts, upload: ResumableRow, checksum: Checksum | None) -> None:
        assert upload.writer is not None
        self._parts = parts
        self._upload = upload
        self._checksum = checksum
        self._pieces = Pieces(parts.store, upload.id)
        self._part_bytes = part_bytes(upload.length_bytes)
        self._fresh = bytearray()
        self._came_bytes = 0
        self._is_writing = False
        # What counts, as the catalogue has it; and what this request would make of it.
        self._counted = self._reached = Progress(
            upload_id=upload.id,
            writer=upload.writer,
            offset_bytes=upload.offset_bytes,
            next_part=upload.next_part,
            pieces=tuple((key, size_bytes) for key, size_bytes in upload.pieces),
            digest=upload.digest,
            store_upload_id=upload.store_upload_id,
            media_type=upload.media_type,
        )

    async def receive(self, body: AsyncIterator[bytes]) -> None:
        """Raises what is wrong; what has come before is kept unless that is at fault."""
        await self._parts.upload_slots.acquire_on_behalf_of(self)
        try:
            async for content in body:
                await self._take(content)
            if self._checksum is not None and not self._checksum.fits:
                raise ChecksumWrong("The bytes do not fit their checksum.")
            await self._finish()
        except (FormBroken, asyncio.CancelledError):
            # The sender is gone, or this process is to stop: what has come need not be sent again.
            if self._checksum is None and not self._is_writing:
                with anyio.CancelScope(shield=True), suppress(PipelineError):
                    await self._finish()
            raise
        finally:
            self._parts.upload_slots.release_on_behalf_of(self)

    @property
    def _held_bytes(self) -> int:
        """What has come and is in no part yet."""
        return size_of(self._reached.pieces) + len(self._fresh)

    @property
    def _is_last(self) -> bool:
        return self._upload.offset_bytes + self._came_bytes == self._upload.length_bytes

    async def _take(self, content: bytes) -> None:
        self._came_bytes += len(content)
        if self._upload.offset_bytes + self._came_bytes > self._upload.length_bytes:
            raise SourceTooLarge(f"The upload was said to have {self._upload.length_bytes} bytes.")
        if self._checksum is not None:
            self._checksum.update(content)
        self._fresh += content
        if self._reached.media_type is None and (self._held_bytes >= HEAD_SIZE or self._is_last):
            await self._judge()
        while self._held_bytes >= self._part_bytes:
            await self._write_part(self._part_bytes)

    async def _judge(self) -> None:
        """The first bytes say what it is; what is no video is refused for good."""
        kept = await to_thread.run_sync(self._pieces.read, self._reached.pieces)
        try:
            container = sniff((kept + self._fresh[:HEAD_SIZE])[:HEAD_SIZE])
        except SenderError as fault:
            if self._checksum is None:
                await refuse(self._parts, self._upload, fault)
            raise
        self._reached = replace(self._reached, media_type=container.value)

    async def _write_part(self, size_bytes: int) -> None:
        from_fresh = size_bytes - size_of(self._reached.pieces)
        with memoryview(self._fresh) as fresh:
            content = bytes(fresh[:from_fresh])
        self._is_writing = True
        store_upload_id, part, digest = await to_thread.run_sync(self._store_part, content)
        reached = replace(
            self._reached,
            next_part=part.number + 1,
            pieces=(),
            parts=(*self._reached.parts, (part.number, part.etag)),
            digest=digest,
            store_upload_id=store_upload_id,
        )
        if self._checksum is None:
            held = self._held_bytes - size_bytes
            offset_bytes = self._upload.offset_bytes + self._came_bytes - held
            await self._keep(replace(reached, offset_bytes=offset_bytes))
        else:
            await self._keep(replace(self._counted, next_part=reached.next_part))
            self._reached = reached
        del self._fresh[:from_fresh]
        self._is_writing = False

    def _store_part(self, content: bytes) -> tuple[str, StoredPart, bytes]:
        reached, key, parts = self._reached, source_key(self._upload.video_id), self._parts.store.parts
        content = self._pieces.read(reached.pieces) + content
        digest = PySha256.deserialize(reached.digest) if reached.digest else PySha256()
        for start in range(0, len(content), _DIGESTED_AT_ONCE):
            digest.update(content[start : start + _DIGESTED_AT_ONCE])
        store_upload_id = reached.store_upload_id or parts.begin(key, reached.media_type or "")
        part = parts.write(key, store_upload_id, reached.next_part, content)
        return store_upload_id, part, digest.serialize()

    async def _finish(self) -> None:
        """What is left becomes the last part, or one more piece, and the upload is given back."""
        if self._is_last and self._reached.store_upload_id is not None and self._held_bytes:
            await self._write_part(self._held_bytes)
        pieces = self._reached.pieces
        if self._fresh:
            pieces = await to_thread.run_sync(self._add_piece, bytes(self._fresh))
            self._fresh.clear()
        await self._keep(
            replace(
                self._reached,
                offset_bytes=self._upload.offset_bytes + self._came_bytes,
                pieces=pieces,
                stays=False,
            )
        )

    def _add_piece(self, content: bytes) -> tuple[tuple[str, int], ...]:
        pieces = self._reached.pieces
        if len(pieces) < MOST_PIECES:
            return (*pieces, self._pieces.write(content))
        return (self._pieces.write(self._pieces.read(pieces) + content),)

    async def _keep(self, progress: Progress) -> None:
        await self._parts.ask_catalogue(self._parts.catalogue.uploads.keep, progress)
        gone = tuple(piece for piece in self._counted.pieces if piece not in progress.pieces)
        self._counted = self._reached = replace(progress, parts=())
        if gone:
            await to_thread.run_sync(self._pieces.remove, gone)
