"""Disguised playlists, scripts and references to local files, loopback addresses and themselves."""

from __future__ import annotations

import struct
from collections.abc import Callable

from domain.errors import SourceTruncated, SourceTypeUnsupported, SourceUnreadable
from tests.hostile.corpus import ebml, iso, riff
from tests.hostile.corpus.case import TAKEN, Case, Site, case
from tests.hostile.corpus.iso import Track

REFUSED = (SourceTypeUnsupported, SourceUnreadable, SourceTruncated)
Text = Callable[[Site], str]


def hls(target: Text, before: str = "", extra: str = "") -> Callable[[Site], bytes]:
    def make(site: Site) -> bytes:
        named = target(site)
        lines = f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-TARGETDURATION:9\n{extra.replace('SECRET', str(site.secret))}"
        return f"{before}{lines}#EXTINF:9,\n{named}\n#EXT-X-ENDLIST\n".encode()

    return make


def text(content: Text) -> Callable[[Site], bytes]:
    return lambda site: content(site).encode()


def secret(site: Site) -> str:
    return str(site.secret)


def dash(base: Text, head: str = '<?xml version="1.0"?>\n') -> Callable[[Site], bytes]:
    return text(
        lambda site: (
            f"""{head.replace("SECRET", str(site.secret))}<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"
 type="static" mediaPresentationDuration="PT9S"><Period><AdaptationSet mimeType="video/mp4">
<Representation id="1" bandwidth="9" codecs="avc1.4d401e"><BaseURL>{base(site)}</BaseURL>
<SegmentList duration="9"><SegmentURL media="{base(site)}"/></SegmentList></Representation>
</AdaptationSet></Period></MPD>"""
        )
    )


def subtitled_avi(subtitle: bytes) -> Callable[[Site], bytes]:
    """AVI with a `GAB2` text stream, whose content FFmpeg once opened as any format that it looked like."""

    def make(site: Site) -> bytes:
        named = subtitle.replace(b"SECRET", str(site.secret).encode())
        gab2 = b"GAB2\x00" + struct.pack("<HI", 2, 0) + struct.pack("<HI", 4, len(named)) + named
        frames = riff.chunk(b"01tx", gab2) + riff.chunk(b"00dc", site.jpeg) * 25
        return riff.avi([riff.pictures(), riff.texts()], frames)

    return make


def referring_movie(kind: bytes, named: Callable[[Site], bytes]) -> Callable[[Site], bytes]:
    """QuickTime reference movie, whose samples are in another file."""

    def make(site: Site) -> bytes:
        reference = iso.full(kind, named(site))
        return iso.movie([Track(site.jpeg, reference=reference)])

    return make


def alias(site: Site) -> bytes:
    """An `alis` record as far as FFmpeg reads it: volume, file name, then the path as a tagged string."""
    path = str(site.secret).encode()
    record = (
        bytes(10)
        + bytes([4])
        + b"disk".ljust(27, b"\x00")
        + bytes(12)
        + bytes([6])
        + b"secret".ljust(63, b"\x00")
        + bytes(16)
    )
    record += struct.pack(">HH", 0, 0) + bytes(16)
    return record + struct.pack(">HH", 18, len(path)) + path + struct.pack(">H", 0xFFFF)


CASES: list[Case] = [
    case("hls names a local file by url", hls(lambda site: f"file://{site.secret}"), *REFUSED),
    case("hls names a local file by path", hls(secret), *REFUSED),
    case("hls names a local file from where it is", hls(lambda _: "../outside/secret"), *REFUSED),
    case("hls names the web of this machine", hls(lambda site: f"http://127.0.0.1:{site.tcp_port}/x"), *REFUSED),
    case("hls names a bare connection", hls(lambda site: f"tcp://127.0.0.1:{site.tcp_port}"), *REFUSED),
    case("hls names a datagram port", hls(lambda site: f"udp://127.0.0.1:{site.udp_port}"), *REFUSED),
    case("hls names a stream port", hls(lambda site: f"rtp://127.0.0.1:{site.udp_port}"), *REFUSED),
    case("hls names a flash server", hls(lambda site: f"rtmp://127.0.0.1:{site.tcp_port}/x/y"), *REFUSED),
    case("hls names itself", hls(lambda _: "source"), *REFUSED),
    case("hls names itself by url", hls(lambda _: "file:source"), *REFUSED),
    case("hls joins files", hls(lambda site: f"concat:{site.secret}|{site.secret}"), *REFUSED),
    case("hls names part of a file", hls(lambda site: f"subfile,,start,0,end,9,,:{site.secret}"), *REFUSED),
    case("hls names a key file", hls(lambda _: "source", extra='#EXT-X-KEY:METHOD=AES-128,URI="file://SECRET"\n'), *REFUSED),
    case("hls names a head file", hls(lambda _: "source", extra='#EXT-X-MAP:URI="file://SECRET"\n'), *REFUSED),
    case("hls of lists of itself", text(lambda _: "#EXTM3U\n" + "#EXT-X-STREAM-INF:BANDWIDTH=9\nsource\n" * 50), *REFUSED),
    case("hls behind a byte order mark", hls(secret, before="\ufeff"), *REFUSED),
    case("hls behind empty lines", hls(secret, before="\n \t\r\n"), *REFUSED),
    case("hls in two bytes a letter", lambda site: hls(secret)(site).decode().encode("utf-16"), *REFUSED),
    case("hls behind the head of an mp4", lambda site: iso.FTYP + hls(secret)(site), *REFUSED),
    case("hls behind the head of a matroska", lambda site: ebml.head() + hls(secret)(site), *REFUSED),
    case("hls of 100,000 lines", lambda site: hls(secret)(site) + b"#EXTINF:9,\nsource\n" * 100_000, *REFUSED),
    case("dash names a local file", dash(lambda site: f"file://{site.secret}"), *REFUSED),
    case("dash names the web of this machine", dash(lambda site: f"http://127.0.0.1:{site.tcp_port}/"), *REFUSED),
    case("dash names itself", dash(lambda _: "source"), *REFUSED),
    case("dash with an entity of a local file", dash(lambda _: "&x;", '<!DOCTYPE x [<!ENTITY x SYSTEM "file://SECRET">]>\n'), *REFUSED),
    case("dash with entities of entities", dash(lambda _: "&b;", '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n'), *REFUSED),
    case("concat names a local file", text(lambda site: f"ffconcat version 1.0\nfile '{site.secret}'\n"), *REFUSED),
    case("concat names itself", b"ffconcat version 1.0\n" + b"file 'source'\n" * 99, *REFUSED),
    case("concat names the web of this machine", text(lambda site: f"ffconcat version 1.0\nfile 'http://127.0.0.1:{site.tcp_port}/x'\n"), *REFUSED),
    case("concat loosens its own options", text(lambda site: f"ffconcat version 1.0\nfile 'tcp://127.0.0.1:{site.tcp_port}'\noption protocol_whitelist tcp,file\n"), *REFUSED),
    case("session description of a local port", text(lambda site: f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video {site.udp_port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"), *REFUSED),
    case("smil names a local file", text(lambda site: f'<smil><body><video src="file://{site.secret}"/></body></smil>'), *REFUSED),
    case("pls names a local file", text(lambda site: f"[playlist]\nFile1={site.secret}\nNumberOfEntries=1\n"), *REFUSED),
    case("asx names the web of this machine", text(lambda site: f'<asx version="3.0"><entry><ref href="http://127.0.0.1:{site.tcp_port}/"/></entry></asx>'), *REFUSED),
    case("imf composition names a local file", text(lambda site: f'<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"><Id>{site.secret}</Id></CompositionPlaylist>'), *REFUSED),
    case("vobsub index", text(lambda _: "# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 000000000\n"), *REFUSED),
    case("avisynth script opens a local file", text(lambda site: f'AviSource("{site.secret}")\n'), *REFUSED),
    case("filter graph opens a local file", text(lambda site: f"movie={site.secret}[out0]\n"), *REFUSED),
    case("ffmetadata", b";FFMETADATA1\ntitle=x\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=9\n", *REFUSED),
    case("avi with subtitles that are a playlist", subtitled_avi(b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://SECRET\n#EXT-X-ENDLIST\n"), TAKEN),
    case("avi with subtitles that are a list of files", subtitled_avi(b"ffconcat version 1.0\nfile 'SECRET'\n"), TAKEN),
    case("movie whose samples lie in a local file", referring_movie(b"alis", alias), TAKEN),
    case("movie whose samples lie at a url", referring_movie(b"url ", lambda site: f"http://127.0.0.1:{site.tcp_port}/x\0".encode()), TAKEN),
    case("movie whose samples lie at a local url", referring_movie(b"url ", lambda site: f"file://{site.secret}\0".encode()), TAKEN),
]  # fmt: skip
