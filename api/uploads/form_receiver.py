"""Receiver of an upload's form: checks size and type while it streams the file into the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import anyio
from anyio import to_thread

from api.dependencies import Services
from api.uploads.form_fields import SUBTITLES_LIMIT_BYTES, UPLOADER_FIELDS, FormShape
from api.uploads.form_parser import FormParser, PartBegins, PartBytes, PartEnds
from api.uploads.thread_pipe import Pipe
from domain.accounts.quotas import Usage
from domain.errors import FormInvalid, PipelineError, SourceTooLarge, SubtitlesInvalid
from domain.media.containers import HEAD_SIZE, sniff
from domain.storage.artifact import Artifact
from domain.tasks.options import ProcessingOptions

_LONGEST_VALUE_BYTES = 1024


@dataclass(frozen=True)
class ReceivedForm:
    """An upload whose file is in the store."""

    source: Artifact
    filename: str
    options: ProcessingOptions
    subtitles: bytes = b""


class FormReceiver:
    """Receives one form into the store at `key`; a failed upload leaves no object.

    `usage` is what its sender had used before: the quotas are checked while the bytes arrive.
    """

    def __init__(self, services: Services, shape: FormShape, key: str, usage: Usage) -> None:
        self._services = services
        self._shape = shape
        self._key = key
        self._usage = usage
        self._fields: dict[str, bytearray] = {}
        self._field: bytearray | None = None
        self._limit_bytes = 0
        self._filename: str | None = None
        self._head = bytearray()
        self._size_bytes = 0
        self._pipe: Pipe | None = None
        self._writing: asyncio.Task[Artifact] | None = None

    async def receive(self, content_type: str, body: AsyncIterator[bytes]) -> ReceivedForm:
        """Receives the form. Raises a `SenderError` as soon as something is wrong with it."""
        parser = FormParser(content_type)
        try:
            received_bytes = 0
            async for chunk in body:
                received_bytes += len(chunk)
                self._check_size(received_bytes - self._shape.overhead_bytes)
                for event in parser.feed(chunk):
                    await self._take(event)
            parser.finish()
            return await self._finish()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._abort()
            raise
        finally:
            if self._pipe is not None:
                self._services.upload_slots.release_on_behalf_of(self)

    async def _take(self, event: PartBegins | PartBytes | PartEnds) -> None:
        in_file = self._field is None
        match event:
            case PartBegins():
                self._begin_part(event)
            case PartBytes() if in_file:
                await self._take_file_bytes(event.content)
            case PartBytes():
                self._take_value_bytes(event.content)
            case PartEnds() if in_file:
                await self._end_file()

    def _begin_part(self, part: PartBegins) -> None:
        if part.name == self._shape.file_field:
            if self._filename is not None:
                raise FormInvalid("The form has two files: send one video at a time.")
            self._filename = part.filename or ""
            self._field = None
            # Check the fields before the file, so that an invalid one is refused before its bytes are stored.
            self._options()
            return
        if part.name in UPLOADER_FIELDS:
            self._field, self._limit_bytes = bytearray(), _LONGEST_VALUE_BYTES
            return
        if part.name not in (*self._shape.fields, self._shape.subtitles_field) or not part.name:
            raise FormInvalid(f"Unknown form field {part.name[:40]!r}: the fields are {self._shape.names}.")
        if part.name in self._fields:
            raise FormInvalid(f"The field {part.name} is repeated: send it once.")
        self._field = self._fields[part.name] = bytearray()
        self._limit_bytes = (
            SUBTITLES_LIMIT_BYTES if part.name == self._shape.subtitles_field else _LONGEST_VALUE_BYTES
        )

    def _take_value_bytes(self, content: bytes) -> None:
        assert self._field is not None
        self._field += content
        if len(self._field) > self._limit_bytes:
            raise FormInvalid(f"A field is longer than {self._limit_bytes} bytes.")

    async def _take_file_bytes(self, content: bytes) -> None:
        self._size_bytes += len(content)
        self._check_size(self._size_bytes)
        if self._pipe is not None:
            await self._send(content)
            return
        self._head += content
        if len(self._head) >= HEAD_SIZE:
            await self._begin_file()

    async def _end_file(self) -> None:
        if self._pipe is None:
            if not self._filename and not self._head:
                raise FormInvalid(f"The form's field {self._shape.file_field!r} is empty: choose a file.")
            await self._begin_file()

    async def _begin_file(self) -> None:
        """Checks the file type from its first bytes, then starts to write to the store."""
        container = sniff(bytes(self._head[:HEAD_SIZE]))
        await self._services.upload_slots.acquire_on_behalf_of(self)
        self._pipe = pipe = Pipe()
        self._writing = asyncio.create_task(self._write(pipe, container.value))
        await self._send(bytes(self._head))
        self._head.clear()

    async def _write(self, pipe: Pipe, media_type: str) -> Artifact:
        try:
            return await to_thread.run_sync(
                self._services.store.put_stream, pipe, self._key, media_type, limiter=anyio.CapacityLimiter(1)
            )
        finally:
            pipe.stop_reading()

    async def _send(self, content: bytes) -> None:
        assert self._pipe is not None
        try:
            await self._pipe.write(content)
        except anyio.BrokenResourceError:
            # The store failed: raise its own error.
            await self._written()
            raise

    async def _written(self) -> Artifact:
        assert self._writing is not None
        return await asyncio.shield(self._writing)

    async def _finish(self) -> ReceivedForm:
        if self._filename is None:
            raise FormInvalid(f"The form has no field {self._shape.file_field!r}: send the video in it.")
        options = self._options()
        subtitles = self._subtitles()
        assert self._pipe is not None
        try:
            await self._pipe.complete()
        except anyio.BrokenResourceError:
            await self._written()
            raise
        return ReceivedForm(await self._written(), self._filename, options, subtitles)

    def _options(self) -> ProcessingOptions:
        shape = self._shape
        return shape.options_of(
            {name: bytes(value) for name, value in self._fields.items() if name != shape.subtitles_field}
        )

    def _subtitles(self) -> bytes:
        field = self._shape.subtitles_field
        if not field:
            return b""
        if field not in self._fields:
            raise FormInvalid(f"The form has no field {field!r}: send the SRT file in it.")
        if not self._fields[field].strip():
            raise SubtitlesInvalid("Line 1: the subtitle file is empty.")
        return bytes(self._fields[field])

    async def _abort(self) -> None:
        """Stops the writing thread, and waits until the store has removed what it had."""
        if self._pipe is None or self._writing is None:
            return
        self._pipe.abort()
        with suppress(PipelineError):
            await self._writing
            # All bytes were stored before the fault: remove the complete object.
            await to_thread.run_sync(self._services.store.remove, self._key)

    def _check_size(self, size_bytes: int) -> None:
        limit = self._services.settings.max_upload_bytes
        if size_bytes > limit:
            raise SourceTooLarge(f"The file is larger than the limit of {limit} bytes.")
        self._services.quotas.check(self._usage, max(0, size_bytes))
