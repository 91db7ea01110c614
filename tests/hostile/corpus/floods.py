"""Files with too much of something: pixels, streams, samples, nesting, duration."""

from __future__ import annotations

import struct
from collections.abc import Callable

from domain.errors import (
    NoVideoStream,
    SourceTooLarge,
    SourceTooLong,
    SourceTruncated,
    SourceTypeUnsupported,
    SourceUnreadable,
)
from tests.hostile.corpus import ebml, iso, riff
from tests.hostile.corpus.case import TAKEN, Case, Site, case
from tests.hostile.corpus.iso import Track


def movie(**lies: object) -> Callable[[Site], bytes]:
    return lambda site: iso.movie([Track(site.jpeg, **lies)])  # type: ignore[arg-type]


def matroska(**sizes: int) -> Callable[[Site], bytes]:
    return lambda site: ebml.film(site.jpeg, entries=[ebml.picture(**sizes)])


def huge_jpeg(site: Site) -> bytes:
    """JPEG of 65,500 x 65,500 by its own header, but not by the container's."""
    content = bytearray(site.jpeg)
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", 65_500, 65_500)
    return bytes(content)


def h264_head(width_mbs: int, height_mbs: int) -> bytes:
    """H.264 parameter set with so many macroblocks, in a bare AVI."""
    bits = "".join(f"{byte:08b}" for byte in (66, 0, 51))

    def golomb(value: int) -> str:
        coded = f"{value + 1:b}"
        return "0" * (len(coded) - 1) + coded

    for value in (0, 0, 2, 1):
        bits += golomb(value)
    bits += "0" + golomb(width_mbs - 1) + golomb(height_mbs - 1) + "1100" + "1"
    bits += "0" * (-len(bits) % 8)
    set_ = bytes(int(bits[place : place + 8], 2) for place in range(0, len(bits), 8))
    picture_set = bytes([0x68, 0xCE, 0x38, 0x80])
    return (
        b"\x00\x00\x00\x01\x67"
        + set_
        + b"\x00\x00\x00\x01"
        + picture_set
        + b"\x00\x00\x00\x01\x65\x88\x84\x00"
        + bytes(64)
    )


def avi(codec: bytes, width: int, height: int, content: bytes, streams: int = 1) -> bytes:
    return riff.avi([riff.pictures(codec, width, height)] * streams, riff.chunk(b"00dc", content) * 25)


def nested(depth: int) -> bytes:
    content = b""
    for _ in range(depth):
        content = iso.box(b"moov", content)
    return iso.FTYP + content


def many_programs(count: int) -> bytes:
    """MPEG-TS whose one program map names `count` streams, section after section."""
    packets = [_section(0, struct.pack(">BHHBBBHH", 0, 0xB00D, 1, 0xC1, 0, 0, 1, 0xE100))]
    for version in range(count // 30):
        entries = b"".join(
            struct.pack(">BHH", 0x1B, 0xE000 | (0x200 + version * 30 + place), 0xF000) for place in range(30)
        )
        body = struct.pack(">HBBBHH", 1, 0xC1 | (version % 32) << 1, 0, 0, 0xE200, 0xF000) + entries
        packets.append(_section(0x100, struct.pack(">BH", 2, 0xB000 | len(body) + 4) + body))
    return b"".join(packets) * 20


def _section(pid: int, section: bytes) -> bytes:
    checked = b"\x00" + section + struct.pack(">I", _crc(section))
    return (struct.pack(">BHB", 0x47, 0x4000 | pid, 0x10) + checked).ljust(188, b"\xff")


def _crc(content: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in content:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if value >> 31 else value << 1
    return value


def gap(seconds: int) -> Callable[[Site], bytes]:
    times = [*range(0, 400, 40), *range(seconds * 1000, seconds * 1000 + 400, 40)]
    return lambda site: ebml.film(site.jpeg, times=times)


def compressed(site: Site) -> bytes:
    """Matroska with compressed blocks: each of 20 KB unpacks to 20 MB."""
    import zlib

    bomb = zlib.compress(bytes(20_000_000), 9)
    packing = ebml.element(0x5034, ebml.element(0x4254, ebml.whole(0)))
    coding = ebml.element(0x6D80, ebml.element(0x6240, ebml.element(0x5033, ebml.whole(0)), packing))
    return ebml.film(bomb, entries=[ebml.picture(1, 16, 16, ebml.MJPEG, coding)])


TOO_LARGE = (SourceTooLarge, SourceUnreadable)
BROKEN = (SourceUnreadable, SourceTruncated, SourceTooLarge)

PIXELS = [
    case("mp4 declares 65,535 by 65,535 pixels", movie(width=65_535, height=65_535), TAKEN),
    case("matroska declares 2 thousand million pixels a line", matroska(width=2**31 - 1, height=2**31 - 1), TAKEN),
    case("matroska declares 2 to the 63rd pixels", matroska(width=2**63 - 1, height=1), TAKEN),
    case("avi declares 60,000 by 60,000 pixels", lambda site: avi(b"MJPG", 60_000, 60_000, site.jpeg), TAKEN),
    case("avi declares fewer than no pixels", lambda site: avi(b"MJPG", -60_000, -60_000, site.jpeg), TAKEN),
    case("jpeg frames say 65,500 by 65,500 inside", lambda site: iso.movie([Track(huge_jpeg(site))]), SourceTooLarge),
    case("h264 declares 16,384 by 16,384 inside", avi(b"H264", 16, 16, h264_head(1024, 1024)), *TOO_LARGE),
    case("h264 declares a million by 16 inside", avi(b"H264", 16, 16, h264_head(65_536, 1)), *TOO_LARGE),
    case("a picture one line too large", lambda site: site.made("large.mkv", "-f", "lavfi", "-i", "color=s=8194x4322:d=0.04", "-c:v", "libx264", "-preset", "ultrafast"), *TOO_LARGE),
    case("raw frames of 8,192 by 8,192", lambda site: iso.movie([Track(site.jpeg, codec=b"raw ", width=8192, height=8192)]), *TOO_LARGE),
    case("cover of 100,000 by 100,000", lambda site: ebml.film(site.jpeg, ebml.attachments(ebml.attachment(b"cover.png", b"image/png", png(100_000)))), TAKEN),
    case("no line and no column", movie(width=0, height=0), TAKEN),
]  # fmt: skip


def png(size: int) -> bytes:
    import zlib

    head = b"IHDR" + struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


STREAMS = [
    case("mp4 of 65 tracks", lambda site: iso.movie([Track(site.jpeg)] * 65), *TOO_LARGE),
    case("mp4 of 1,000 tracks", lambda site: iso.movie([Track(site.jpeg)] * 1000), *TOO_LARGE),
    case("matroska of 65 tracks", lambda site: ebml.film(site.jpeg, entries=[ebml.picture(n) for n in range(1, 66)]), *TOO_LARGE),
    case("matroska of 10,000 tracks", lambda site: ebml.film(site.jpeg, entries=[ebml.picture(n) for n in range(1, 10_001)]), *TOO_LARGE),
    case("avi of 100 streams", lambda site: avi(b"MJPG", 16, 16, site.jpeg, streams=100), *TOO_LARGE),
    case("avi of 20,000 streams", lambda site: avi(b"MJPG", 16, 16, site.jpeg, streams=20_000), *TOO_LARGE),
    case("transport stream of 3,000 streams", lambda _: many_programs(3_000), *TOO_LARGE, NoVideoStream, SourceTypeUnsupported),
    case("matroska of 2,000 attachments", lambda site: ebml.film(site.jpeg, ebml.attachments(*[ebml.attachment(b"a", b"font/ttf", b"x")] * 2_000)), TAKEN),
    case("matroska of 100,000 tags", lambda site: ebml.film(site.jpeg, ebml.element(0x1254C367, *[ebml.tag(f"K{n}".encode(), b"v") for n in range(100_000)])), SourceTooLarge),
    case("matroska with a tag of 20 MB", lambda site: ebml.film(site.jpeg, ebml.element(0x1254C367, ebml.tag(b"TITLE", b"<" * 20_000_000))), TAKEN),
]  # fmt: skip

NUMBERS = [
    case("mp4 declares 4 thousand million samples", movie(said_samples=0xFFFFFFFF), *BROKEN),
    case("mp4 declares 200 million samples", movie(said_samples=200_000_000), *BROKEN, SourceTooLong),
    case("mp4 declares 4 thousand million table entries", lambda site: iso.movie([Track(site.jpeg)]).replace(iso.full(b"stts")[4:], b"stts" + bytes(4), 1).replace(b"stts\x00\x00\x00\x00\x00\x00\x00\x01", b"stts\x00\x00\x00\x00\xff\xff\xff\xff"), SourceTooLarge),
    case("mp4 of 3,000 boxes in each other", nested(3_000), *BROKEN),
    case("mp4 of 300,000 empty boxes", lambda site: iso.movie([Track(site.jpeg)], iso.box(b"free") * 300_000), TAKEN),
    case("mp4 with a clock of 0 ticks", movie(timescale=0), TAKEN),
    case("mp4 with 4 thousand million ticks a second", movie(timescale=0xFFFFFFFF, delta=1), TAKEN),
    case("mp4 of samples at one time", movie(delta=0), TAKEN),
    case("mp4 with a duration of a century", movie(said_duration=3_200_000_000_000), TAKEN),
    case("mp4 whose samples lie behind its end", movie(said_offset=0x7FFFFFFF), *BROKEN),
    case("mp4 with an edit of half of eternity", movie(edits=iso.box(b"edts", iso.full(b"elst", struct.pack(">IIiHH", 1, 0xFFFFFFFF, -1, 1, 0)))), SourceUnreadable),
    case("mp4 with 50,000 edits", movie(edits=iso.box(b"edts", iso.full(b"elst", struct.pack(">I", 50_000) + struct.pack(">IiHH", 1_000_000, 0, 1, 0) * 50_000))), SourceTooLong, SourceTooLarge),
    case("matroska with a gap of 20 days", gap(20 * 86_400), TAKEN),
    case("matroska with a gap of 7 hours", gap(7 * 3_600), SourceTooLong),
    case("matroska with an infinite duration", lambda site: ebml.film(site.jpeg, information=ebml.info(duration=float("inf"))), TAKEN),
    case("matroska with a duration that is no number", lambda site: ebml.film(site.jpeg, information=ebml.info(duration=float("nan"))), TAKEN),
    case("matroska with a duration of a century", lambda site: ebml.film(site.jpeg, information=ebml.info(duration=3.2e12)), SourceTooLong),
    case("matroska whose clock ticks once in 584 years", lambda site: ebml.film(site.jpeg, information=ebml.info(2**63 - 1)), *BROKEN, SourceTooLong),
    case("matroska whose clock does not tick", lambda site: ebml.film(site.jpeg, information=ebml.info(0)), TAKEN),
    case("matroska that runs backwards", lambda site: ebml.film(site.jpeg, times=range(10_000, 0, -400)), TAKEN),
    case("matroska of 10,000 frames at one time", lambda site: ebml.film(site.jpeg, times=[0] * 10_000), TAKEN),
    case("matroska blocks that unpack a thousandfold", compressed, *BROKEN),
    case("matroska whose elements say they are larger than the disk", lambda site: ebml.head() + ebml.element(0x18538067, ebml.info(), ebml.tracks(ebml.picture()), ebml.element(0x1F43B675, said_size=2**56 - 2)), *BROKEN),
    case("matroska of 300,000 empty elements", lambda site: ebml.film(site.jpeg, ebml.element(0xEC) * 300_000), TAKEN),
    case("matroska of clusters in each other", lambda site: ebml.head() + ebml.element(0x18538067, ebml.info(), ebml.tracks(ebml.picture()), ebml.element(0x1F43B675) * 200_000), *BROKEN),
]  # fmt: skip

CASES: list[Case] = [*PIXELS, *STREAMS, *NUMBERS]
