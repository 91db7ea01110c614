"""Box check of MP4 files: a box that ends after the file proves that the file is truncated."""

from __future__ import annotations

import struct
from pathlib import Path

_FIRST_KINDS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
# Box types allowed at the top level; anything else was appended to the file.
_TOP_KINDS = (
    *_FIRST_KINDS,
    b"moof",
    b"mfra",
    b"meta",
    b"meco",
    b"sidx",
    b"ssix",
    b"styp",
    b"uuid",
    b"udta",
    b"emsg",
)
_MOST_BOXES = 100_000


def starts_with_a_box(path: Path) -> bool:
    """True if the file begins with a box of MP4 or QuickTime."""
    with path.open("rb") as file:
        return file.read(8)[4:] in _FIRST_KINDS


def ends_inside_a_box(path: Path) -> bool:
    """True if a top-level box is longer than the rest of the file.

    Only headers are read. The check stops at a box with an absurd length or an unknown type.
    """
    size_bytes = path.stat().st_size
    start = 0
    with path.open("rb") as file:
        for _ in range(_MOST_BOXES):
            if start >= size_bytes:
                return False
            file.seek(start)
            header = file.read(16)
            length = _box_length(header, size_bytes - start)
            if length is None or header[4:8] not in _TOP_KINDS:
                return False
            start += length
            if start > size_bytes:
                return True
    return False


def _box_length(header: bytes, rest_bytes: int) -> int | None:
    """Full length of the box that starts with `header`; None if there is no box."""
    if len(header) < 8:
        return None
    (length,) = struct.unpack(">I", header[:4])
    if length == 0:
        return rest_bytes
    if length == 1:
        if len(header) < 16:
            return None
        (length,) = struct.unpack(">Q", header[8:])
        return int(length) if length >= 16 else None
    return int(length) if length >= 8 else None
