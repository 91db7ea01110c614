"""Files of other types with a video's name, polyglots, and codecs that are not on the list."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable

from domain.errors import NoVideoStream, SourceTruncated, SourceTypeUnsupported, SourceUnreadable
from tests.hostile.corpus import ebml, iso
from tests.hostile.corpus.case import TAKEN, Case, Site, case
from tests.hostile.corpus.iso import Track

REFUSED = (SourceTypeUnsupported, SourceUnreadable)
OFF_THE_LIST = (SourceTypeUnsupported,)
DOT = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=0.4"]
HISS = ["-f", "lavfi", "-i", "sine=440:r=44100:d=0.4"]


def made(name: str, *words: str) -> Callable[[Site], bytes]:
    return lambda site: site.made(name, *words)


def other(name: str, *words: str, still: bool = False) -> Case:
    """Valid, playable file of a type that is not supported."""
    frames = ["-frames:v", "1", "-update", "1"] if still else []
    return case(f"a whole {name}", made(name, *DOT, *words, *frames), *REFUSED)


def sound(name: str, *words: str) -> Case:
    return case(f"a whole {name}", made(name, *HISS, *words), *REFUSED, NoVideoStream)


def coded(codec: str, container: str, *words: str) -> Case:
    """Codec that is not on the list, in a container that is."""
    options = ["-c:v", codec, "-strict", "-2", *words]
    return case(
        f"{codec} in {container}", made(f"{codec}.{container}", *DOT, *options), *OFF_THE_LIST, NoVideoStream
    )


def zipped(_: Site) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../../etc/cron.d/x", "* * * * * root id\n")
    return content.getvalue()


def tarred(_: Site) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../etc/cron.d/x"))
    return content.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script><image href="file:///etc/passwd"/></svg>'

TYPES = [
    other("still.png", still=True), other("still.jpg", still=True), other("still.bmp", still=True),
    other("still.tiff", still=True), other("still.webp", still=True), other("moving.gif"),
    other("moving.apng", "-f", "apng"), other("film.flv"), other("film.asf"), other("film.nut"),
    other("film.ogv", "-c:v", "libtheora"), other("film.y4m"), other("film.ivf", "-c:v", "libvpx"),
    other("film.mxf", "-c:v", "mpeg2video"), other("film.mpg", "-c:v", "mpeg1video"), other("film.h264", "-c:v", "libx264"),
    other("film.swf", "-c:v", "flv"), other("film.rm", "-c:v", "rv10"), other("film.wtv", "-c:v", "mpeg2video"),
    sound("song.mp3"), sound("song.wav"), sound("song.flac"), sound("song.ogg"), sound("song.aiff"), sound("song.au"),
    sound("song.m4a"), sound("song.mka", "-c:a", "flac"),
    case("svg with a script", SVG, *REFUSED),
    case("svg behind an xml head", b'<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG, *REFUSED),
    case("svg packed", gzip.compress(SVG), *REFUSED),
    case("html with a script", b"<!DOCTYPE html><html><script>alert(1)</script></html>" * 50, *REFUSED),
    case("zip with a path that climbs", zipped, *REFUSED),
    case("tar with a path that climbs", tarred, *REFUSED, SourceTruncated),
    case("pdf", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/Launch/F(id)>>>>endobj\n" * 50, *REFUSED),
    case("postscript", b"%!PS\n(/etc/passwd) (r) file\n" * 50, *REFUSED),
    case("shell script", b"#!/bin/sh\nid\n" * 50, *REFUSED),
    case("program", b"\x7fELF\x02\x01\x01" + bytes(5_000), *REFUSED, SourceTruncated),
    case("subtitles", b"1\n00:00:00,000 --> 00:00:01,000\nHello\n\n" * 50, *REFUSED),
    case("prose", b"It was a dark and stormy night; the rain fell in torrents.\n" * 200, *REFUSED, SourceTruncated),
]  # fmt: skip

POLYGLOTS = [
    case("mp4 that ends as a zip", lambda site: site.clip("plain.mp4") + zipped(site), TAKEN),
    case("mp4 that ends as a web page", lambda site: site.clip("plain.mp4") + b"<script>alert(1)</script>", TAKEN),
    case("mp4 with a script in a free box", lambda site: iso.movie([Track(site.jpeg)], iso.box(b"free", b"<?php system('id'); ?>")), TAKEN),
    case("mp4 with a playlist in its media", lambda site: iso.movie([Track(site.jpeg)]) + iso.box(b"mdat", b"#EXTM3U\nfile:///etc/passwd\n"), TAKEN),
    case("picture followed by an mp4", lambda site: site.jpeg + site.clip("plain.mp4"), *REFUSED, SourceTruncated),
    case("gif followed by an mp4", lambda site: b"GIF89a" + site.clip("plain.mp4"), *REFUSED, SourceTruncated),
    case("pdf followed by a matroska", lambda site: b"%PDF-1.7\n" + ebml.film(site.jpeg), SourceTypeUnsupported),
    case("shell script followed by a transport stream", lambda site: b"#!/bin/sh\n" + site.clip("broadcast.ts"), TAKEN),
    case("matroska of a document type that is unknown", lambda site: ebml.film(site.jpeg, doctype=b"No space left on device"), TAKEN),
    case("two mp4s in one", lambda site: site.clip("plain.mp4") + site.clip("faststart.mp4"), TAKEN),
]  # fmt: skip

CODECS = [
    coded("magicyuv", "avi"), coded("magicyuv", "mkv"), coded("snow", "avi"), coded("cinepak", "mov"), coded("qtrle", "mov"),
    coded("zmbv", "avi"), coded("flashsv", "mkv"), coded("png", "mov"), coded("gif", "mkv"), coded("tiff", "mkv"),
    coded("jpeg2000", "mov"), coded("jpegls", "mkv"), coded("v210", "mov", "-pix_fmt", "yuv422p10le"), coded("r210", "mov", "-pix_fmt", "gbrp10le"),
    coded("msvideo1", "avi"), coded("rpza", "mov"), coded("smc", "mov"), coded("svq1", "mov"), coded("asv2", "avi"),
    coded("cljr", "avi"), coded("vc2", "mkv"), coded("hap", "mov"), coded("speedhq", "mkv"),
    case("a codec that is unknown in mp4", lambda site: iso.movie([Track(site.jpeg, codec=b"x0x0")]), *OFF_THE_LIST, SourceUnreadable),
    case("a codec that is unknown in matroska", lambda site: ebml.film(site.jpeg, entries=[ebml.picture(1, 16, 16, b"V_../../etc")]), *OFF_THE_LIST, SourceUnreadable),
]  # fmt: skip

CASES: list[Case] = [*TYPES, *POLYGLOTS, *CODECS]
