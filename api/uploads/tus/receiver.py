"""Receiver of one request of a resumable upload: stores its bytes, and reports only bytes that are stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace

import anyio
from anyio import to_thread

from adapters.catalogue import Progress, ResumableRow
from adapters.object_store import GivenUp, GrowingPart
from api.dependencies import Services
from api.uploads.tus.completion import refuse
from api.uploads.tus.headers import Checksum
from api.uploads.tus.leftovers import Pieces, size_of
from api.uploads.tus.part_writer import PartWriter, Stored
from domain.errors import (
    ChecksumWrong,
    FormBroken,
    PipelineError,
    SenderError,
    SourceTooLarge,
    StoreUnavailable,
)
from domain.media.containers import HEAD_SIZE, sniff
from domain.storage.resumable import MOST_PIECES, part_bytes


@dataclass(frozen=True)
class Body:
    """Content of a request, with the announced length and the checksum if it has them."""

    blocks: AsyncIterator[bytes]
    announced_bytes: int | None = None
    checksum: Checksum | None = None


class Receiver:
    """Continues an upload that `upload.writer` has claimed.

    A part counts once it is committed to the catalogue, so that the offset never exceeds what is stored.
    With a checksum, nothing is committed before the last byte of the request has arrived and the checksum
    matches. A failed request does not release the upload: the next claim skips the part number that this
    request may still be writing.

    A part that this request brings completely is sent to the store while it arrives. It stays in memory
    until it is committed: if the sender disconnects it is stored as a piece, if the store fails it is
    written again.
    """

    def __init__(self, services: Services, upload: ResumableRow, body: Body) -> None:
        assert upload.writer is not None
        self._services = services
        self._upload = upload
        self._body = body
        self._pieces = Pieces(services.store, upload.id)
        self._writer = PartWriter(services.store, upload)
        self._part_bytes = part_bytes(upload.length_bytes)
        self._received_bytes = 0
        self._streaming: asyncio.Task[Stored] | None = None
        self._is_writing = False
        # The progress in the catalogue, and the progress of this request, which may not be committed yet.
        self._committed = self._progress = Progress(
            upload_id=upload.id,
            writer=upload.writer,
            offset_bytes=upload.offset_bytes,
            next_part=upload.next_part,
            pieces=tuple((key, size_bytes) for key, size_bytes in upload.pieces),
            digest=upload.digest,
            store_upload_id=upload.store_upload_id,
            media_type=upload.media_type,
        )
        self._memory = memoryview(bytearray())
        self._part = GrowingPart(self._memory)

    async def receive(self) -> None:
        """Stores the request's bytes. After an error the earlier bytes stay, unless they are at fault."""
        checksum = self._body.checksum
        await self._services.upload_slots.acquire_on_behalf_of(self)
        try:
            # Allocated only with an upload slot, and once: allocating costs more than all the copying.
            left_bytes = self._upload.length_bytes - self._upload.offset_bytes
            self._memory = memoryview(bytearray(min(self._part_bytes, left_bytes)))
            self._part = self._next_part()
            async for content in self._body.blocks:
                await self._take(content)
            if checksum is not None and not checksum.matches:
                raise ChecksumWrong("The bytes do not match Upload-Checksum: send them again.")
            await self._finish()
        except (FormBroken, asyncio.CancelledError):
            # The sender has disconnected, or this process stops: received bytes need not be sent again.
            if checksum is None and not self._is_writing:
                with anyio.CancelScope(shield=True), suppress(PipelineError):
                    await self._finish()
            raise
        finally:
            with anyio.CancelScope(shield=True):
                await self._stop_streaming()
            self._services.upload_slots.release_on_behalf_of(self)

    @property
    def _buffered_bytes(self) -> int:
        """Bytes that have arrived and are in no part yet."""
        return size_of(self._progress.pieces) + len(self._part)

    @property
    def _offset_bytes(self) -> int:
        return self._upload.offset_bytes + self._received_bytes

    @property
    def _is_last(self) -> bool:
        return self._offset_bytes == self._upload.length_bytes

    def _next_part(self) -> GrowingPart:
        room_bytes = self._part_bytes - size_of(self._progress.pieces)
        size_bytes = min(room_bytes, self._upload.length_bytes - self._offset_bytes)
        return GrowingPart(self._memory[:size_bytes])

    @property
    def _becomes_part(self) -> bool:
        """True when the next bytes fill a part; false for the whole of a small file."""
        whole_bytes = self._buffered_bytes + self._part.room_bytes
        return whole_bytes == self._part_bytes or self._progress.store_upload_id is not None

    @property
    def _arrives_whole(self) -> bool:
        """True when this request brings all the rest of the part."""
        announced_bytes = self._body.announced_bytes or 0
        return self._becomes_part and self._part.room_bytes <= announced_bytes - self._received_bytes

    async def _take(self, content: bytes) -> None:
        if self._offset_bytes + len(content) > self._upload.length_bytes:
            raise SourceTooLarge(f"More bytes than Upload-Length announced ({self._upload.length_bytes}).")
        if self._body.checksum is not None:
            self._body.checksum.update(content)
        rest = memoryview(content)
        while rest:
            fits, rest = rest[: self._part.room_bytes], rest[self._part.room_bytes :]
            self._part.add(fits)
            self._received_bytes += len(fits)
            if self._progress.media_type is None and (self._buffered_bytes >= HEAD_SIZE or self._is_last):
                await self._check_type()
            if self._streaming is None and self._progress.media_type is not None and self._arrives_whole:
                await self._stream()
            if not self._part.room_bytes and self._becomes_part:
                await self._write_part()

    async def _check_type(self) -> None:
        """Checks the file type from the first bytes; refuses the upload unless it is a video."""
        stored = await to_thread.run_sync(self._pieces.read, self._progress.pieces)
        try:
            container = sniff((stored + self._part.first(HEAD_SIZE))[:HEAD_SIZE])
        except SenderError as fault:
            if self._body.checksum is None:
                await refuse(self._services, self._upload, fault)
            raise
        self._progress = replace(self._progress, media_type=container.value)

    async def _begin(self) -> None:
        """Starts the store's multipart upload before the first part."""
        if self._progress.store_upload_id is None:
            begun = await to_thread.run_sync(self._writer.begin, self._progress.media_type or "")
            self._progress = replace(self._progress, store_upload_id=begun)

    async def _stream(self) -> None:
        """Starts to send the part while it arrives, on a thread of its own, as the sender may be slow."""
        await self._begin()
        sent = to_thread.run_sync(
            self._writer.send, self._progress, self._part, limiter=anyio.CapacityLimiter(1)
        )
        self._streaming = asyncio.create_task(sent)

    async def _stop_streaming(self) -> None:
        """Aborts the writing of the part, and skips its number."""
        streaming, self._streaming = self._streaming, None
        if streaming is not None:
            self._part.give_up()
            with suppress(GivenUp, PipelineError):
                await asyncio.shield(streaming)
            self._progress = replace(self._progress, next_part=self._progress.next_part + 1)

    async def _write_part(self) -> None:
        self._is_writing = True
        part, digest = await self._store_part()
        progress = replace(
            self._progress,
            next_part=part.number + 1,
            pieces=(),
            parts=(*self._progress.parts, (part.number, part.etag)),
            digest=digest,
        )
        if self._body.checksum is None:
            stays = self._received_bytes != self._body.announced_bytes
            await self._commit(replace(progress, offset_bytes=self._offset_bytes, stays=stays))
        else:
            await self._commit(replace(self._committed, next_part=progress.next_part))
            self._progress = progress
        self._part = self._next_part()
        self._is_writing = False

    async def _store_part(self) -> Stored:
        if self._streaming is not None:
            try:
                stored = await asyncio.shield(self._streaming)
            except StoreUnavailable:
                # The store was busy, or closed the connection, and may still write under this number: commit
                # that the number is not used again.
                await self._stop_streaming()
                progress = self._progress
                await self._commit(replace(self._committed, next_part=progress.next_part))
                self._progress = progress
            else:
                self._streaming = None
                return stored
        await self._begin()
        content = self._part.first(len(self._part))
        return await to_thread.run_sync(self._writer.write, self._progress, content)

    async def _finish(self) -> None:
        """Stores the bytes that are in no part as one more piece, and releases the upload."""
        if not self._committed.stays:
            return
        await self._stop_streaming()
        pieces = self._progress.pieces
        if len(self._part):
            pieces = await to_thread.run_sync(self._add_piece, self._part.first(len(self._part)))
        await self._commit(
            replace(
                self._progress,
                offset_bytes=self._offset_bytes,
                pieces=pieces,
                stays=False,
            )
        )

    def _add_piece(self, content: bytes) -> tuple[tuple[str, int], ...]:
        pieces = self._progress.pieces
        if len(pieces) < MOST_PIECES:
            return (*pieces, self._pieces.write(content))
        return (self._pieces.write(self._pieces.read(pieces) + content),)

    async def _commit(self, progress: Progress) -> None:
        await self._services.ask_catalogue(self._services.catalogue.uploads.save, progress)
        removed = tuple(piece for piece in self._committed.pieces if piece not in progress.pieces)
        self._committed = self._progress = replace(progress, parts=())
        if removed:
            await to_thread.run_sync(self._pieces.remove, removed)
