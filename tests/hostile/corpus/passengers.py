"""Accepted videos with attachments, fonts, scripts and markup, and unusual but valid videos."""

from __future__ import annotations

import struct
from collections.abc import Callable

from domain.errors import SourceTypeUnsupported
from tests.hostile.corpus import ebml, iso
from tests.hostile.corpus.case import TAKEN, Case, Site, case
from tests.hostile.corpus.iso import Track

ASS = b"[Script Info]\nPlayResX: 100000\nPlayResY: 100000\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,../../etc/passwd,90000\n"
DOT = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=0.4"]
HISS = ["-f", "lavfi", "-i", "sine=440:r=44100:d=0.4"]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]


def carrying(*files: tuple[bytes, bytes, bytes]) -> Callable[[Site], bytes]:
    return lambda site: ebml.film(site.jpeg, ebml.attachments(*(ebml.attachment(*file) for file in files)))


def tagged(name: bytes, value: bytes) -> Callable[[Site], bytes]:
    return lambda site: ebml.film(site.jpeg, ebml.element(0x1254C367, ebml.tag(name, value)))


def udta(kind: bytes, value: bytes) -> Callable[[Site], bytes]:
    text = iso.box(kind, struct.pack(">HH", len(value), 0x55C4) + value)
    return lambda site: iso.movie([Track(site.jpeg)], iso.box(b"udta", text))


def film(name: str, *words: str, inputs: tuple[str, ...] = (*DOT, *HISS)) -> Case:
    return case(name, lambda site: site.made(f"{name.replace(' ', '-')}", *inputs, *words), TAKEN)


def drawn_subtitles(site: Site) -> bytes:
    event = b"0,0,Default,,0,0,0,,{\\fnEvil\\p1}m 0 0 l 100000 0 100000 100000{\\p0}"
    return ebml.film(
        site.jpeg,
        ebml.attachments(
            ebml.attachment(b"evil.ttf", b"application/x-truetype-font", b"\x00\x01\x00\x00" + bytes(500))
        ),
        entries=[ebml.picture(), ebml.subtitles(2, ASS)],
    ) + ebml.cluster(1000, ebml.block(event, number=2))


PASSENGERS = [
    case("attachment with a path that climbs", carrying((b"../../../../etc/cron.d/x", b"text/plain", b"* * * * * root id\n")), TAKEN),
    case("attachment with a path from the root", carrying((b"/etc/passwd", b"text/plain", b"x")), TAKEN),
    case("attachment without a name", carrying((b"", b"", b"")), TAKEN),
    case("attachment that is a playlist", carrying((b"x.m3u8", b"application/vnd.apple.mpegurl", b"#EXTM3U\nfile:///etc/passwd\n")), TAKEN),
    case("attachment that is a program", carrying((b"x.so", b"application/x-sharedlib", b"\x7fELF" + bytes(900))), TAKEN),
    case("font that is broken", carrying((b"x.ttf", b"application/x-truetype-font", b"\x00\x01\x00\x00\xff\xff" + b"\xff" * 900)), TAKEN),
    case("font and drawn subtitles", drawn_subtitles, TAKEN),
    case("subtitles of many pixels", lambda site: ebml.film(site.jpeg, entries=[ebml.picture(), ebml.subtitles(2, ASS)]), TAKEN),
    case("subtitles of a codec off the list", lambda site: ebml.film(site.jpeg, entries=[ebml.picture(), ebml.subtitles(2, b"", b"S_KATE")]), TAKEN),
    case("title with markup in matroska", tagged(b"TITLE", b"<script>alert(1)</script><img src=x onerror=alert(1)>"), TAKEN),
    case("title that breaks out of a document", tagged(b'TITLE","streams":[],"x":"', b'"}],"format":{}}'), TAKEN),
    case("title of bytes that are no text", tagged(b"TITLE", bytes(range(128, 256)) + b"\x00\x1b[2J"), TAKEN),
    case("title with a format string", tagged(b"TITLE", b"%n%n%s%s%x ${jndi:ldap://127.0.0.1/x} `id` $(id) {{7*7}}"), TAKEN),
    case("title that sounds like a fault", tagged(b"TITLE", b"No space left on device\nmoov atom not found"), TAKEN),
    case("title of a megabyte", tagged(b"TITLE", b"<b>" * 300_000), TAKEN),
    case("title with markup in mp4", udta(b"\xa9nam", b"<script>alert(1)</script>"), TAKEN),
    case("place with markup in mp4", udta(b"\xa9xyz", b"+48.85+002.35/<script>"), TAKEN),
    case("linked segments", lambda site: ebml.film(site.jpeg, information=ebml.info(1_000_000, 1000.0, ebml.element(0x3CB923, bytes(16)), ebml.element(0x3C83AB, b"../../etc/passwd"))), TAKEN),
    case("pixels a thousand times as wide as high", lambda site: site.made("wide.mkv", *DOT, "-c:v", "ffv1", "-aspect", "1000:1"), TAKEN),
]  # fmt: skip

UNUSUAL = [
    case("sound off the list.mkv", lambda site: site.made("wavpack.mkv", *DOT, *HISS, *X264, "-c:a", "wavpack"), SourceTypeUnsupported),
    film("one pixel.mkv", "-vf", "scale=1:1", "-c:v", "ffv1", "-pix_fmt", "yuv444p", "-c:a", "flac"),
    film("odd in both.mkv", "-vf", "scale=61:47", "-c:v", "ffv1", "-pix_fmt", "yuv444p"),
    film("tall.mkv", "-vf", "scale=2:2000", "-c:v", "ffv1", "-an"),
    film("one frame.mp4", "-frames:v", "1", *X264, "-an"),
    film("quick.mp4", "-r", "240", *X264),
    film("in fragments.mp4", *X264, "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov+default_base_moof"),
    film("blu-ray packets.m2ts", *X264, "-c:a", "ac3"),
    film("browser film.webm", "-c:v", "libvpx", "-c:a", "libopus", "-deadline", "realtime"),
    film("newer browser film.webm", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-c:a", "libvorbis"),
    film("studio film.mov", "-c:v", "prores_ks", "-c:a", "pcm_s24le"),
    film("tape film.avi", "-c:v", "dvvideo", "-s", "720x576", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", "-ar", "48000", "-ac", "2"),
    film("interlaced.ts", "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-c:a", "mp2"),
    film("grey.mkv", "-pix_fmt", "gray", "-c:v", "ffv1"),
    film("with alpha.mov", "-c:v", "prores_ks", "-pix_fmt", "yuva444p10le"),
    film("live.mkv", *X264, "-c:a", "aac", "-live", "1"),
    film("old quicktime.mov", "-c:v", "h263", "-s", "176x144", "-c:a", "adpcm_ima_qt"),
    case("sixty-four streams", lambda site: iso.movie([Track(site.jpeg)] * 64), TAKEN),
    case("a movie by hand", lambda site: iso.movie([Track(site.jpeg)]), TAKEN),
    case("a matroska by hand", lambda site: ebml.film(site.jpeg), TAKEN),
    case("an edit list that cuts the start", lambda site: iso.movie([Track(site.jpeg, edits=iso.box(b"edts", iso.full(b"elst", struct.pack(">IIiHH", 1, 600, 400, 1, 0))))]), TAKEN),
]  # fmt: skip

CASES: list[Case] = [*PASSENGERS, *UNUSUAL]
