"""Writer of MP4 and QuickTime files box by box, so that every field can have a wrong value."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
FTYP = struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 512, b"isom")


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def full(kind: bytes, *contents: bytes, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", flags), *contents)


SELF_CONTAINED = full(b"url ", flags=1)


@dataclass(frozen=True)
class Track:
    """Track of one picture, `samples` times. Fields that are None get their true value."""

    sample: bytes
    width: int = 16
    height: int = 16
    samples: int = 25
    delta: int = 40
    timescale: int = 1000
    codec: bytes = b"jpeg"
    said_samples: int | None = None
    said_duration: int | None = None
    said_offset: int | None = None
    reference: bytes = SELF_CONTAINED
    edits: bytes = b""
    description: bytes | None = None


def movie(tracks: Sequence[Track], extra: bytes = b"", *, timescale: int = 1000) -> bytes:
    """`ftyp`, `mdat` with the one picture of each track, then `moov`."""
    media = b"".join(track.sample for track in tracks)
    at = len(FTYP) + 8
    boxes = []
    for number, track in enumerate(tracks, 1):
        boxes.append(_track(number, track, at))
        at += len(track.sample)
    duration = max((_duration(track) for track in tracks), default=0)
    header = struct.pack(">IIII", 0, 0, timescale, min(duration, 0xFFFFFFFF))
    header += struct.pack(">IHHII", 0x10000, 0x100, 0, 0, 0) + _MATRIX + bytes(24) + struct.pack(">I", 99)
    return FTYP + box(b"mdat", media) + box(b"moov", full(b"mvhd", header), *boxes, extra)


def _duration(track: Track) -> int:
    return track.samples * track.delta if track.said_duration is None else track.said_duration


def _track(number: int, track: Track, offset: int) -> bytes:
    duration = min(_duration(track), 0xFFFFFFFF)
    said = track.samples if track.said_samples is None else track.said_samples
    header = struct.pack(">IIIII", 0, 0, number, 0, duration) + bytes(16) + _MATRIX
    header += struct.pack(">II", (track.width << 16) & 0xFFFFFFFF, (track.height << 16) & 0xFFFFFFFF)
    picture = bytes(6) + struct.pack(">H", 1) + bytes(16)
    picture += struct.pack(">HHIIIH", track.width, track.height, 0x480000, 0x480000, 0, 1)
    picture += bytes(32) + struct.pack(">Hh", 24, -1)
    entry = box(track.codec, picture) if track.description is None else track.description
    # One sample to a chunk, and every chunk at the same place: the file stays small.
    at = offset if track.said_offset is None else track.said_offset
    chunks = [at] * min(track.samples, 100_000)
    table = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), entry),
        full(b"stts", struct.pack(">III", 1, said, track.delta)),
        full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
        full(b"stsz", struct.pack(">II", len(track.sample), said)),
        full(b"stco", struct.pack(f">I{len(chunks)}I", len(chunks), *chunks)),
    )
    references = full(b"dref", struct.pack(">I", 1), track.reference)
    info = box(b"minf", full(b"vmhd", bytes(8), flags=1), box(b"dinf", references), table)
    media_header = full(b"mdhd", struct.pack(">IIIIHH", 0, 0, track.timescale, duration, 0x55C4, 0))
    handler = full(b"hdlr", bytes(4), b"vide", bytes(12), b"v\x00")
    return box(
        b"trak", full(b"tkhd", header, flags=3), track.edits, box(b"mdia", media_header, handler, info)
    )
