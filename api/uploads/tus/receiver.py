"""Takes the bytes of one request into the store, and says of them only what is safe there."""

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
    """What a request brings, how much of it if it has said so, and what that must come to."""

    blocks: AsyncIterator[bytes]
    announced_bytes: int | None = None
    checksum: Checksum | None = None


class Receiver:
    """Goes on with an upload that `upload.writer` has claimed.

    A part counts once the catalogue has it, so that at any moment the offset is what the store holds. With
    a checksum nothing counts before the last byte of the request has come, and fits. A request that fails
    does not give the upload back: whoever claims it next leaves out the number that this one may still write.

    A part that will come whole is sent to the store as it comes. It stays in memory until it counts: when
    its sender breaks off it is kept as a piece, and when the store does it is written once more.
    """

    def __init__(self, services: Services, upload: ResumableRow, body: Body) -> None:
        assert upload.writer is not None
        self._services = services
        self._upload = upload
        self._body = body
        self._pieces = Pieces(services.store, upload.id)
        self._writer = PartWriter(services.store, upload)
        self._part_bytes = part_bytes(upload.length_bytes)
        self._came_bytes = 0
        self._streaming: asyncio.Task[Stored] | None = None
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
        self._memory = memoryview(bytearray())
        self._fresh = GrowingPart(self._memory)

    async def receive(self) -> None:
        """Raises what is wrong; what has come before is kept unless that is at fault."""
        checksum = self._body.checksum
        await self._services.upload_slots.acquire_on_behalf_of(self)
        try:
            # Not for who still waits; and once, as fresh memory costs more than all that is done with it.
            left_bytes = self._upload.length_bytes - self._upload.offset_bytes
            self._memory = memoryview(bytearray(min(self._part_bytes, left_bytes)))
            self._fresh = self._next_part()
            async for content in self._body.blocks:
                await self._take(content)
            if checksum is not None and not checksum.fits:
                raise ChecksumWrong("The bytes do not fit their checksum.")
            await self._finish()
        except (FormBroken, asyncio.CancelledError):
            # The sender is gone, or this process is to stop: what has come need not be sent again.
            if checksum is None and not self._is_writing:
                with anyio.CancelScope(shield=True), suppress(PipelineError):
                    await self._finish()
            raise
        finally:
            with anyio.CancelScope(shield=True):
                await self._stop_streaming()
            self._services.upload_slots.release_on_behalf_of(self)

    @property
    def _held_bytes(self) -> int:
        """What has come and is in no part yet."""
        return size_of(self._reached.pieces) + len(self._fresh)

    @property
    def _offset_bytes(self) -> int:
        return self._upload.offset_bytes + self._came_bytes

    @property
    def _is_last(self) -> bool:
        return self._offset_bytes == self._upload.length_bytes

    def _next_part(self) -> GrowingPart:
        room_bytes = self._part_bytes - size_of(self._reached.pieces)
        size_bytes = min(room_bytes, self._upload.length_bytes - self._offset_bytes)
        return GrowingPart(self._memory[:size_bytes])

    @property
    def _becomes_part(self) -> bool:
        """What comes next is a part once it is whole; else it is all of a small file."""
        whole_bytes = self._held_bytes + self._fresh.room_bytes
        return whole_bytes == self._part_bytes or self._reached.store_upload_id is not None

    @property
    def _comes_whole(self) -> bool:
        """This request brings all the rest of the part."""
        announced_bytes = self._body.announced_bytes or 0
        return self._becomes_part and self._fresh.room_bytes <= announced_bytes - self._came_bytes

    async def _take(self, content: bytes) -> None:
        if self._offset_bytes + len(content) > self._upload.length_bytes:
            raise SourceTooLarge(f"The upload was said to have {self._upload.length_bytes} bytes.")
        if self._body.checksum is not None:
            self._body.checksum.update(content)
        rest = memoryview(content)
        while rest:
            fits, rest = rest[: self._fresh.room_bytes], rest[self._fresh.room_bytes :]
            self._fresh.add(fits)
            self._came_bytes += len(fits)
            if self._reached.media_type is None and (self._held_bytes >= HEAD_SIZE or self._is_last):
                await self._judge()
            if self._streaming is None and self._reached.media_type is not None and self._comes_whole:
                await self._stream()
            if not self._fresh.room_bytes and self._becomes_part:
                await self._write_part()

    async def _judge(self) -> None:
        """The first bytes say what it is; what is no video is refused for good."""
        kept = await to_thread.run_sync(self._pieces.read, self._reached.pieces)
        try:
            container = sniff((kept + self._fresh.first(HEAD_SIZE))[:HEAD_SIZE])
        except SenderError as fault:
            if self._body.checksum is None:
                await refuse(self._services, self._upload, fault)
            raise
        self._reached = replace(self._reached, media_type=container.value)

    async def _begin(self) -> None:
        """Before its first part the store has no name for the upload."""
        if self._reached.store_upload_id is None:
            begun = await to_thread.run_sync(self._writer.begin, self._reached.media_type or "")
            self._reached = replace(self._reached, store_upload_id=begun)

    async def _stream(self) -> None:
        """Begin to send the part while it comes; on a thread that a slow sender takes from nobody."""
        await self._begin()
        sent = to_thread.run_sync(
            self._writer.send, self._reached, self._fresh, limiter=anyio.CapacityLimiter(1)
        )
        self._streaming = asyncio.create_task(sent)

    async def _stop_streaming(self) -> None:
        """Give the part's writing up, and its number with it."""
        streaming, self._streaming = self._streaming, None
        if streaming is not None:
            self._fresh.give_up()
            with suppress(GivenUp, PipelineError):
                await asyncio.shield(streaming)
            self._reached = replace(self._reached, next_part=self._reached.next_part + 1)

    async def _write_part(self) -> None:
        self._is_writing = True
        part, digest = await self._stored()
        reached = replace(
            self._reached,
            next_part=part.number + 1,
            pieces=(),
            parts=(*self._reached.parts, (part.number, part.etag)),
            digest=digest,
        )
        if self._body.checksum is None:
            stays = self._came_bytes != self._body.announced_bytes
            await self._keep(replace(reached, offset_bytes=self._offset_bytes, stays=stays))
        else:
            await self._keep(replace(self._counted, next_part=reached.next_part))
            self._reached = reached
        self._fresh = self._next_part()
        self._is_writing = False

    async def _stored(self) -> Stored:
        if self._streaming is not None:
            try:
                stored = await asyncio.shield(self._streaming)
            except StoreUnavailable:
                # It may have been busy, or have hung up in the middle. The number may still be written: first
                # it must be sure that nobody takes it.
                await self._stop_streaming()
                reached = self._reached
                await self._keep(replace(self._counted, next_part=reached.next_part))
                self._reached = reached
            else:
                self._streaming = None
                return stored
        await self._begin()
        content = self._fresh.first(len(self._fresh))
        return await to_thread.run_sync(self._writer.write, self._reached, content)

    async def _finish(self) -> None:
        """What is in no part becomes one more piece, and the upload is given back."""
        if not self._counted.stays:
            return
        await self._stop_streaming()
        pieces = self._reached.pieces
        if len(self._fresh):
            pieces = await to_thread.run_sync(self._add_piece, self._fresh.first(len(self._fresh)))
        await self._keep(
            replace(
                self._reached,
                offset_bytes=self._offset_bytes,
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
        await self._services.ask_catalogue(self._services.catalogue.uploads.keep, progress)
        gone = tuple(piece for piece in self._counted.pieces if piece not in progress.pieces)
        self._counted = self._reached = replace(progress, parts=())
        if gone:
            await to_thread.run_sync(self._pieces.remove, gone)
