"""Writer of AVI files chunk by chunk, so that every field can have a wrong value."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\x00" * (len(content) % 2)


def pictures(codec: bytes = b"MJPG", width: int = 16, height: int = 16) -> bytes:
    """The head of a stream of 25 pictures, one second long."""
    form = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, codec, 768, 0, 0, 0, 0)
    return _stream(b"vids" + codec, 25, form)


def texts() -> bytes:
    """The head of a stream of one text."""
    return _stream(b"txts" + bytes(4), 1, b"")


def avi(streams: Sequence[bytes], frames: bytes) -> bytes:
    header = struct.pack("<14I", 40_000, 0, 0, 16, 25, 0, len(streams), 0, 16, 16, 0, 0, 0, 0)
    head = chunk(b"LIST", b"hdrl" + chunk(b"avih", header) + b"".join(streams))
    return chunk(b"RIFF", b"AVI " + head + chunk(b"LIST", b"movi" + frames))


def _stream(kind: bytes, length: int, form: bytes) -> bytes:
    header = kind + struct.pack("<10I8x", 0, 0, 0, 1, 25, 0, length, 0, 0, 0)
    return chunk(b"LIST", b"strl" + chunk(b"strh", header) + chunk(b"strf", form))
