"""Takes an upload's form off the line: judges size and type as it comes, and never holds the file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import anyio
from anyio import to_thread

from api.dependencies import Parts
from api.form_parser import FormParser, PartBegins, PartBytes, PartEnds
from api.pipe import Pipe
from domain.containers import HEAD_SIZE, sniff
from domain.errors import FormInvalid, PipelineError, SourceTooLarge
from domain.languages import language_code
from domain.messages import Artifact, ProcessingOptions, SubtitleMode
from domain.quotas import Usage

FILE_FIELD = "file"
FIELDS = ("subtitle_mode", "max_height", "language")
# Room for the fields and boundaries around the largest file.
FORM_OVERHEAD_BYTES = 256 * 1024
_LONGEST_VALUE_BYTES = 1024


@dataclass(frozen=True)
class ReceivedForm:
    """An upload whose file is in the store."""

    source: Artifact
    filename: str
    options: ProcessingOptions


class FormReceiver:
    """Receives one form into the store at `key`. When it fails, nothing stays there.

    `usage` is what its sender had before it: the quotas are held while the bytes come.
    """

    def __init__(self, parts: Parts, key: str, usage: Usage) -> None:
        self._parts = parts
        self._key = key
        self._usage = usage
        self._fields: dict[str, bytearray] = {}
        self._field: bytearray | None = None
        self._filename: str | None = None
        self._head = bytearray()
        self._size_bytes = 0
        self._pipe: Pipe | None = None
        self._writing: asyncio.Task[Artifact] | None = None

    async def receive(self, content_type: str, body: AsyncIterator[bytes]) -> ReceivedForm:
        """Raises the `SenderError` that names what is wrong, as soon as it is seen."""
        parser = FormParser(content_type)
        try:
            received_bytes = 0
            async for chunk in body:
                received_bytes += len(chunk)
                self._check_size(received_bytes - FORM_OVERHEAD_BYTES)
                for event in parser.feed(chunk):
                    await self._take(event)
            parser.finish()
            return await self._finish()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._give_up()
            raise
        finally:
            if self._pipe is not None:
                self._parts.upload_slots.release_on_behalf_of(self)

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
        if part.name == FILE_FIELD:
            if self._filename is not None:
                raise FormInvalid("The form holds two files; send one video at a time.")
            self._filename = part.filename or ""
            self._field = None
            # The fields in front of the file are judged before its bytes are taken.
            self._options()
            return
        if part.name not in FIELDS:
            raise FormInvalid(
                f"The form has a field {part.name[:40]!r}; it may have {FILE_FIELD}, {', '.join(FIELDS)}."
            )
        if part.name in self._fields:
            raise FormInvalid(f"The field {part.name} is there twice.")
        self._field = self._fields[part.name] = bytearray()

    def _take_value_bytes(self, content: bytes) -> None:
        assert self._field is not None
        self._field += content
        if len(self._field) > _LONGEST_VALUE_BYTES:
            raise FormInvalid(f"A field is longer than {_LONGEST_VALUE_BYTES} bytes.")

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
                raise FormInvalid("No file was chosen: the form's field 'file' is empty.")
            await self._begin_file()

    async def _begin_file(self) -> None:
        """The first bytes are known: judge them, and only then open the store."""
        container = sniff(bytes(self._head[:HEAD_SIZE]))
        await self._parts.upload_slots.acquire_on_behalf_of(self)
        self._pipe = pipe = Pipe()
        self._writing = asyncio.create_task(self._write(pipe, container.value))
        await self._send(bytes(self._head))
        self._head.clear()

    async def _write(self, pipe: Pipe, media_type: str) -> Artifact:
        try:
            return await to_thread.run_sync(
                self._parts.store.put_stream, pipe, self._key, media_type, limiter=anyio.CapacityLimiter(1)
            )
        finally:
            pipe.stop_reading()

    async def _send(self, content: bytes) -> None:
        assert self._pipe is not None
        try:
            await self._pipe.write(content)
        except anyio.BrokenResourceError:
            # The store failed: its own error is the one to tell.
            await self._written()
            raise

    async def _written(self) -> Artifact:
        assert self._writing is not None
        return await asyncio.shield(self._writing)

    async def _finish(self) -> ReceivedForm:
        if self._filename is None:
            raise FormInvalid("The form has no field 'file' with a video in it.")
        options = self._options()
        assert self._pipe is not None
        try:
            await self._pipe.complete()
        except anyio.BrokenResourceError:
            await self._written()
            raise
        return ReceivedForm(await self._written(), self._filename, options)

    def _options(self) -> ProcessingOptions:
        return options_of({name: bytes(value) for name, value in self._fields.items()})

    async def _give_up(self) -> None:
        """Stop the thread that writes, and wait until the store has dropped what it had."""
        if self._pipe is None or self._writing is None:
            return
        self._pipe.abort()
        with suppress(PipelineError):
            await self._writing
            # The last byte was in before the fault: the object is whole, and nobody wants it.
            await to_thread.run_sync(self._parts.store.remove, self._key)

    def _check_size(self, size_bytes: int) -> None:
        limit = self._parts.settings.max_upload_bytes
        if size_bytes > limit:
            raise SourceTooLarge(f"The file is larger than the {limit} bytes that are taken here.")
        self._parts.quotas.check(self._usage, max(0, size_bytes))


def options_of(fields: dict[str, bytes]) -> ProcessingOptions:
    """The options that the form's fields ask for; an empty field asks for the default."""
    texts = {name: _text_of(name, value) for name, value in fields.items()}
    mode = texts.get("subtitle_mode") or SubtitleMode.SOFT.value
    if mode not in list(SubtitleMode):
        raise FormInvalid(f"subtitle_mode is {mode!r}; it must be one of {', '.join(SubtitleMode)}.")
    height = texts.get("max_height") or "1080"
    if not (height.isascii() and height.isdecimal() and len(height) < 6):
        raise FormInvalid(f"max_height is {height!r}; it must be a whole number of lines.")
    language = texts.get("language")
    try:
        return ProcessingOptions(
            SubtitleMode(mode), int(height), language_code(language) if language else None
        )
    except ValueError as error:
        raise FormInvalid(f"{error}.") from error


def _text_of(name: str, value: bytes) -> str:
    try:
        return value.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise FormInvalid(f"The field {name} is not text in UTF-8.") from error
