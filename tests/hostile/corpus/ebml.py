"""Writer of Matroska files element by element, so that every field can have a wrong value."""

from __future__ import annotations

import struct
from collections.abc import Sequence

MJPEG = b"V_MJPEG"


def element(number: int, *contents: bytes, said_size: int | None = None) -> bytes:
    content = b"".join(contents)
    size = len(content) if said_size is None else said_size
    name = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return name + (0x01 << 56 | size).to_bytes(8, "big") + content


def whole(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def head(doctype: bytes = b"matroska", version: int = 4) -> bytes:
    return element(
        0x1A45DFA3,
        element(0x4286, whole(1)),
        element(0x42F7, whole(1)),
        element(0x42F2, whole(4)),
        element(0x42F3, whole(8)),
        element(0x4282, doctype),
        element(0x4287, whole(version)),
        element(0x4285, whole(2)),
    )


def info(scale_ns: int = 1_000_000, duration: float = 1000.0, *more: bytes) -> bytes:
    return element(
        0x1549A966, element(0x2AD7B1, whole(scale_ns)), element(0x4489, struct.pack(">d", duration)), *more
    )


def picture(number: int = 1, width: int = 16, height: int = 16, codec: bytes = MJPEG, *more: bytes) -> bytes:
    video = element(0xE0, element(0xB0, whole(width)), element(0xBA, whole(height)))
    return _track(number, 1, codec, video, *more)


def subtitles(number: int, private: bytes, codec: bytes = b"S_TEXT/ASS") -> bytes:
    return _track(number, 17, codec, element(0x63A2, private))


def _track(number: int, kind: int, codec: bytes, *more: bytes) -> bytes:
    names = element(0xD7, whole(number)), element(0x73C5, whole(number)), element(0x83, whole(kind))
    return element(0xAE, *names, element(0x86, codec), *more)


def tracks(*entries: bytes) -> bytes:
    return element(0x1654AE6B, *entries)


def cluster(time: int, *blocks: bytes) -> bytes:
    return element(0x1F43B675, element(0xE7, whole(time)), *blocks)


def block(content: bytes, number: int = 1, time: int = 0, flags: int = 0x80) -> bytes:
    return element(0xA3, bytes([0x80 | number]) + struct.pack(">hB", time, flags) + content)


def attachment(name: bytes, media_type: bytes, content: bytes) -> bytes:
    return element(
        0x61A7,
        element(0x466E, name),
        element(0x4660, media_type),
        element(0x465C, content),
        element(0x46AE, whole(7)),
    )


def attachments(*files: bytes) -> bytes:
    return element(0x1941A469, *files)


def tag(name: bytes, value: bytes) -> bytes:
    simple = element(0x67C8, element(0x45A3, name), element(0x4487, value))
    return element(0x7373, element(0x63C0, element(0x68CA, whole(50))), simple)


def film(
    jpeg: bytes,
    *extra: bytes,
    entries: Sequence[bytes] = (),
    times: Sequence[int] = tuple(range(0, 1000, 40)),
    information: bytes | None = None,
    doctype: bytes = b"matroska",
) -> bytes:
    """Returns one second of the same picture, with `extra` elements before it and `entries` as its tracks."""
    clusters = [cluster(time, block(jpeg)) for time in times]
    segment = [information or info(), *extra, tracks(*(entries or [picture()])), *clusters]
    return head(doctype) + element(0x18538067, *segment)
