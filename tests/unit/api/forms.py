"""Videos and forms as bytes, for the tests of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator

BOUNDARY = "a-boundary-of-a-form"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
MP4_HEAD = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"


def video(size: int = 10_000) -> bytes:
    """Returns bytes that start like an MP4."""
    return MP4_HEAD + bytes(size - len(MP4_HEAD))


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    shown = "" if filename is None else f'; filename="{filename}"'
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n\r\n'.encode()
        + content
        + b"\r\n"
    )


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


async def in_pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]
