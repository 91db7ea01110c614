"""Incremental parser of multipart forms: turns chunks of the body into events, refuses malformed forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from domain.errors import FormBroken

_MOST_HEADERS = 8
_LONGEST_HEADER = 4096
_MOST_PARTS = 16

_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_EXTENDED_FILENAME = re.compile(rb";\s*filename\*=(utf-8|iso-8859-1)'[\w-]*'([^;\s]+)", re.IGNORECASE)


@dataclass(frozen=True)
class PartBegins:
    """Start of a form part; `filename` is None for a part without one."""

    name: str
    filename: str | None


@dataclass(frozen=True)
class PartBytes:
    """Next bytes of the current part."""

    content: bytes


@dataclass(frozen=True)
class PartEnds:
    """End of the current part."""


FormEvent = PartBegins | PartBytes | PartEnds


class FormParser:
    """Parser of one form. Raises `FormBroken` for a malformed form, or one with more than 16 parts."""

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type.encode("latin-1", errors="replace"))
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise FormBroken("Send the upload as multipart/form-data with a boundary.")
        self._events: list[FormEvent] = []
        self._headers: dict[bytes, bytes] = {}
        self._field = b""
        self._value = b""
        self._parts = 0
        self._begun = False
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self._on_part_end,
                    "on_end": self._on_end,
                },
                max_header_count=_MOST_HEADERS,
                max_header_size=_LONGEST_HEADER,
            )
        except FormParserError as error:
            raise FormBroken(f"The form's boundary is invalid: {error}.") from error

    def feed(self, chunk: bytes) -> list[FormEvent]:
        """Parses the next chunk of the body; returns its events."""
        self._events = []
        if not self._begun:
            # After leading empty lines the library skips to the next hyphen, but only within one chunk.
            chunk = chunk.lstrip(b"\r\n")
            self._begun = bool(chunk)
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise FormBroken(f"The form is malformed: {error}.") from error
        return self._events

    def finish(self) -> None:
        """Raises `FormBroken` unless the form was complete at the end of the body."""
        if not self._ended:
            raise FormBroken(
                "The form ends before its last boundary: the upload is incomplete, send it again."
            )

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise FormBroken(f"The form has more than {_MOST_PARTS} parts.")
        self._headers = {}

    def _on_header_field(self, chunk: bytes, start: int, end: int) -> None:
        self._field += chunk[start:end]

    def _on_header_value(self, chunk: bytes, start: int, end: int) -> None:
        self._value += chunk[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _on_headers_finished(self) -> None:
        header = self._headers.get(b"content-disposition", b"")
        disposition, options = parse_options_header(header)
        if disposition != b"form-data" or b"name" not in options:
            raise FormBroken("A part of the form has no name.")
        filename = _extended_filename(header) or options.get(b"filename")
        self._events.append(
            PartBegins(_text(options[b"name"]), None if filename is None else _text(filename))
        )

    def _on_part_data(self, chunk: bytes, start: int, end: int) -> None:
        self._events.append(PartBytes(chunk[start:end]))

    def _on_part_end(self) -> None:
        self._events.append(PartEnds())

    def _on_end(self) -> None:
        self._ended = True


def _text(name: bytes) -> str:
    return name.decode("utf-8", errors="replace")


def _extended_filename(disposition: bytes) -> bytes | None:
    """The UTF-8 text of `filename*=UTF-8''caf%C3%A9.mp4` (RFC 8187), None without a readable one.

    RFC 7578 forbids it in forms, and so the library passes over it; clients send it all the same.
    """
    match = _EXTENDED_FILENAME.search(_QUOTED.sub(b'""', disposition))
    if match is None:
        return None
    return unquote_to_bytes(match[2]).decode(match[1].decode("ascii"), "replace").encode()
