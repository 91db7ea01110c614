"""Container detection by an upload's first bytes; names the file type of what is no video."""

from __future__ import annotations

import re
from enum import StrEnum

from domain.errors import SourceEmpty, SourceTypeUnsupported

HEAD_SIZE = 4096
"""Number of bytes that `sniff` needs, unless the file is shorter."""


class Container(StrEnum):
    """Supported containers; the value is the media type that the source is stored with."""

    MP4 = "video/mp4"
    QUICKTIME = "video/quicktime"
    MATROSKA = "video/x-matroska"
    WEBM = "video/webm"
    AVI = "video/x-msvideo"
    MPEG_TS = "video/mp2t"


_SUPPORTED = "MP4, MOV, Matroska, WebM, AVI or MPEG-TS"

_IMAGE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"crx ", b"jxl ")
_AUDIO_BRANDS = (b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ")
# QuickTime files from before `ftyp` begin with one of these.
_OLD_QUICKTIME_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")

_SMALLEST_SIZE_OF_LETTERS = int.from_bytes(b"\x20\x00\x00\x00", "big")

_EBML = b"\x1a\x45\xdf\xa3"
_EBML_DOCTYPE = b"\x42\x82"

_OTHER_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"BM", "a bitmap image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x00\x00\x01\x00", "an icon image"),
    (b"8BPS", "a Photoshop image"),
    (b"ID3", "an MP3 sound file"),
    (b"fLaC", "a FLAC sound file"),
    (b"OggS", "an Ogg file"),
    (b"MThd", "a MIDI file"),
    (b"#!AMR", "an AMR sound file"),
    (b"FORM", "an IFF file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x7fELF", "an executable program"),
    (b"MZ", "an executable program"),
    (b"\xfe\xed\xfa\xce", "an executable program"),
    (b"\xfe\xed\xfa\xcf", "an executable program"),
    (b"\xcf\xfa\xed\xfe", "an executable program"),
    (b"\xca\xfe\xba\xbe", "an executable program"),
    (b"\x00asm", "an executable program"),
    (b"SQLite format 3\x00", "a database"),
    (b"FLV\x01", "a Flash video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
    (b"\x00\x00\x01\xba", "an MPEG program stream"),
    (b"\x00\x00\x01\xb3", "a bare MPEG video stream"),
    (b"\x00\x00\x00\x01", "a bare H.264 or HEVC stream"),
    (b".RMF", "a RealMedia file"),
)

# Patterns at the start of text without leading space and byte order mark; the first match decides.
_TEXT_KINDS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), kind)
    for pattern, kind in (
        (r"#EXTM3U|ffconcat version|\[playlist\]", "a playlist"),
        (r"(?:<\?xml[^>]*>\s*)?<(?:\w+:)?(?:MPD|smil|asx|playlist)\b", "a playlist"),
        (r"(?:https?|rtsp|rtmp|concat|file):|file\s+['\"/]", "a playlist"),
        (r"#!|<\?php", "a script"),
        (r"WEBVTT|\d+\r?\n\d\d:\d\d:\d\d[,.]\d|\[Script Info\]", "a subtitle file"),
        (r"(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE svg[^>]*>\s*)?<svg\b", "an SVG image"),
        (r"<(?:!DOCTYPE html|html|head|body|script|iframe|meta|title)\b", "an HTML page"),
        (r"<\?xml", "an XML document"),
        (r"v=0\r?\n", "a session description"),
        (r"[{\[]", "a JSON document"),
    )
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def sniff(head: bytes) -> Container:
    """The container of an upload that begins with `head`: its first `HEAD_SIZE` bytes, or all of it.

    Raises SourceEmpty for no bytes, and SourceTypeUnsupported with the file type that the bytes look like.
    A valid beginning does not make a valid video: only the probe reads the file.
    """
    if not head:
        raise SourceEmpty("The file has no bytes.")
    container = _iso(head) or _matroska(head) or _riff(head) or _mpeg_ts(head)
    if container is None:
        raise SourceTypeUnsupported(
            f"The file looks like {_appearance(head)}, not like a video in {_SUPPORTED}."
        )
    return container


def _iso(head: bytes) -> Container | None:
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if kind == b"ftyp" and len(head) >= 12:
        brand = head[8:12]
        if brand in _IMAGE_BRANDS or brand in _AUDIO_BRANDS:
            return None
        return Container.QUICKTIME if brand == b"qt  " else Container.MP4
    if kind not in _OLD_QUICKTIME_ATOMS:
        return None
    # An atom of size 0 extends to the end of the file; one of size 1 has a 64-bit size after its type. Only
    # the media itself can be so long that its size reads as letters, as in "The free dictionary".
    sane = size in (0, 1) or (size >= 8 and (kind == b"mdat" or size < _SMALLEST_SIZE_OF_LETTERS))
    return Container.QUICKTIME if sane else None


def _matroska(head: bytes) -> Container | None:
    if not head.startswith(_EBML):
        return None
    offset = head.find(_EBML_DOCTYPE, 4, 256)
    if offset < 0 or offset + 3 > len(head):
        return None
    # The length is a variable-size integer: its leading zero bits give its number of bytes.
    width = 9 - head[offset + 2].bit_length()
    start = offset + 2 + width
    length = int.from_bytes(head[offset + 2 : start], "big") & ((1 << 7 * width) - 1)
    doctype = head[start : start + length].rstrip(b"\x00")
    return {b"webm": Container.WEBM, b"matroska": Container.MATROSKA}.get(doctype)


def _riff(head: bytes) -> Container | None:
    return Container.AVI if head[:4] == b"RIFF" and head[8:11] == b"AVI" else None


def _mpeg_ts(head: bytes) -> Container | None:
    """Packets of 188 bytes, or of 192 with four bytes of time in front, each begin with 0x47."""
    for packet_size, start in ((188, 0), (192, 4)):
        packets = len(range(start, len(head), packet_size))
        # Fewer than three could be text: 0x47 is the letter G.
        if packets >= 3 and all(head[offset] == 0x47 for offset in range(start, len(head), packet_size)):
            return Container.MPEG_TS
    return None


def _appearance(head: bytes) -> str:
    return _signed_kind(head) or _text_kind(head) or "data of an unknown kind"


def _signed_kind(head: bytes) -> str | None:
    if head[4:8] == b"ftyp" and head[8:12] in _IMAGE_BRANDS:
        return "an image"
    if head[4:8] == b"ftyp" and head[8:12] in _AUDIO_BRANDS:
        return "a sound file"
    if head[:4] == b"RIFF":
        return {b"WAVE": "a WAV sound file", b"WEBP": "a WebP image"}.get(head[8:12], "a RIFF file")
    if head[257:262] == b"ustar":
        return "a tar archive"
    # The frame header of MP3 or AAC begins with eleven set bits; 0xFFFE and 0xFEFF begin UTF-16 text.
    mpeg_sound = len(head) > 1 and head[0] == 0xFF and 0xE0 <= head[1] < 0xFE
    if mpeg_sound:
        return "a sound file"
    return next((kind for signature, kind in _OTHER_SIGNATURES if head.startswith(signature)), None)


def _text_kind(head: bytes) -> str | None:
    utf_16 = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    # A character cut at the end does no harm.
    text = head.decode("utf-16" if utf_16 else "utf-8", errors="replace")
    text = _COMMENT.sub("", text).lstrip("\ufeff \t\r\n")
    for pattern, kind in _TEXT_KINDS:
        if pattern.match(text):
            return kind
    printable = utf_16 or not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return "plain text" if printable else None
