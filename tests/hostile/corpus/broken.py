"""Broken files: truncated, without an index, empty, corrupted."""

from __future__ import annotations

import random
from collections.abc import Callable

from domain.errors import (
    NoVideoStream,
    SourceEmpty,
    SourceTruncated,
    SourceTypeUnsupported,
    SourceUnreadable,
)
from tests.hostile.corpus import iso
from tests.hostile.corpus.case import TAKEN, Case, Site, case
from tests.hostile.corpus.iso import Track

CUT = (SourceTruncated,)
UNREADABLE = (SourceUnreadable, SourceTypeUnsupported, SourceTruncated)


def cut(name: str, share: float) -> Callable[[Site], bytes]:
    def make(site: Site) -> bytes:
        whole = site.clip(name)
        return whole[: int(len(whole) * share)]

    return make


def without_index(site: Site) -> bytes:
    whole = site.clip("plain.mp4")
    return whole[: whole.rindex(b"moov") - 4]


def index_alone(site: Site) -> bytes:
    whole = site.clip("plain.mp4")
    return iso.FTYP + whole[whole.rindex(b"moov") - 4 :]


def spoiled(name: str, every: int, seed: int) -> Callable[[Site], bytes]:
    """Changes one byte in `every`, from the first kilobyte on."""

    def make(site: Site) -> bytes:
        content, chance = bytearray(site.clip(name)), random.Random(seed)
        for place in range(1000, len(content), every):
            content[place] = chance.randrange(256)
        return bytes(content)

    return make


def noise(size: int) -> bytes:
    return random.Random(4).randbytes(size)


CASES: list[Case] = [
    case("no bytes", b"", SourceEmpty),
    case("one byte", b"\x00", *UNREADABLE),
    case("four bytes", b"\x00\x00\x00\x18", *UNREADABLE),
    case("a megabyte of nothing", bytes(1_000_000), *UNREADABLE),
    case("a megabyte of noise", noise(1_000_000), *UNREADABLE),
    case("noise behind the head of an mp4", iso.FTYP + noise(200_000), *UNREADABLE),
    case("noise behind the head of an avi", b"RIFF\xff\xff\x00\x00AVI LIST" + noise(200_000), *UNREADABLE, NoVideoStream),
    case("noise behind the head of a matroska", b"\x1a\x45\xdf\xa3" + noise(200_000), *UNREADABLE),
    case("noise in transport packets", b"".join(b"\x47" + noise(187)[n % 90 :].ljust(187, b"\xff") for n in range(500)), *UNREADABLE, NoVideoStream),
    case("transport packets with nothing in them", (b"\x47\x1f\xff\x10" + b"\xff" * 184) * 500, *UNREADABLE, NoVideoStream),
    case("the head of an mp4 alone", iso.FTYP, *CUT, SourceUnreadable),
    case("an mp4 without its index", without_index, *CUT),
    case("an index without its mp4", index_alone, *CUT, SourceUnreadable),
    case("an mp4 with no track", iso.movie([]), NoVideoStream, *UNREADABLE),
    case("a fast-start mp4 cut in the middle", cut("faststart.mp4", 0.5), *CUT),
    case("a fast-start mp4 cut near its end", cut("faststart.mp4", 0.97), *CUT),
    case("a fast-start mp4 cut in its index", cut("faststart.mp4", 0.02), *CUT, SourceUnreadable),
    case("an mp4 cut near its end", cut("plain.mp4", 0.99), *CUT),
    case("a matroska cut in the middle", cut("deep.mkv", 0.5), *CUT),
    case("a matroska cut in its head", cut("deep.mkv", 0.01), *UNREADABLE),
    case("an avi cut in the middle", cut("full_range.avi", 0.5), *CUT),
    case("an avi cut in its head", cut("full_range.avi", 0.001), *UNREADABLE),
    case("an mp4 whose box is larger than any disk", lambda site: iso.FTYP + b"\x00\x00\x00\x01mdat\x7f\xff\xff\xff\xff\xff\xff\xff" + site.jpeg, *CUT, SourceUnreadable),
    case("an mp4 whose box is smaller than its own head", iso.FTYP + b"\x00\x00\x00\x04moov" + bytes(500), *UNREADABLE),
    case("an mp4 whose pictures are noise", iso.movie([Track(noise(3_000))]), SourceUnreadable),
    case("an mp4 whose pictures have no bytes", iso.movie([Track(b"")]), SourceUnreadable),
    case("an mp4 with one byte in 500 spoiled", spoiled("plain.mp4", 500, 1), SourceUnreadable),
    case("an mp4 with one byte in 20 spoiled", spoiled("plain.mp4", 20, 2), *UNREADABLE, NoVideoStream),
    case("a matroska with one byte in 100 spoiled", spoiled("deep.mkv", 100, 3), SourceUnreadable),
    case("an avi with one byte in 20,000 spoiled", spoiled("full_range.avi", 20_000, 4), TAKEN),
    case("a transport stream with one byte in 300 spoiled", spoiled("broadcast.ts", 300, 5), TAKEN),
]  # fmt: skip
