"""Container detection by the first bytes of an upload."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import SourceEmpty, SourceTypeUnsupported
from domain.media.containers import HEAD_SIZE, Container, sniff

EBML = b"\x1a\x45\xdf\xa3"
TS_PACKET = b"\x47\x40\x11\x10" + bytes(184)


def ftyp(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x02\x00isomiso2" + bytes(100)


def ebml(doctype: bytes) -> bytes:
    return EBML + b"\xa3\x42\x86\x81\x01\x42\x82" + bytes([0x80 | len(doctype)]) + doctype + bytes(100)


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (ftyp(b"isom"), Container.MP4),
        (ftyp(b"mp42"), Container.MP4),
        (ftyp(b"M4V "), Container.MP4),
        (ftyp(b"3gp5"), Container.MP4),
        (ftyp(b"qt  "), Container.QUICKTIME),
        (b"\x00\x00\x12\x34moov" + bytes(100), Container.QUICKTIME),
        (b"\x00\x00\x00\x08wide\x00\x00\x12\x34mdat", Container.QUICKTIME),
        (b"\x00\x00\x00\x01mdat\x00\x00\x00\x02\x00\x00\x00\x00", Container.QUICKTIME),
        (b"\x00\x00\x00\x00mdat" + bytes(100), Container.QUICKTIME),
        (b"\x7f\x00\x00\x00mdat" + bytes(100), Container.QUICKTIME),
        (b"\x00\x00\x00\x10free" + bytes(100), Container.QUICKTIME),
        (ebml(b"webm"), Container.WEBM),
        (ebml(b"matroska"), Container.MATROSKA),
        (EBML + b"\xa3\x42\x82\x40\x08matroska" + bytes(100), Container.MATROSKA),
        (EBML + b"\xa3\x42\x82\x01\x00\x00\x00\x00\x00\x00\x04webm" + bytes(100), Container.WEBM),
        (b"RIFF\x00\x10\x00\x00AVI LIST" + bytes(100), Container.AVI),
        (b"RIFF\x00\x10\x00\x00AVIX" + bytes(100), Container.AVI),
        (TS_PACKET * 21, Container.MPEG_TS),
        ((bytes(4) + TS_PACKET) * 21, Container.MPEG_TS),
        (TS_PACKET * 3, Container.MPEG_TS),
    ],
)
def test_a_video_is_detected_by_its_first_bytes(head: bytes, container: Container) -> None:
    assert sniff(head[:HEAD_SIZE]) is container


@pytest.mark.parametrize(
    ("head", "appearance"),
    [
        (b"#EXTM3U\n#EXT-X-VERSION:3\nfile:///etc/passwd\n", "a playlist"),
        (b"\xef\xbb\xbf#EXTM3U\n", "a playlist"),
        (b"  \r\n#extm3u\n", "a playlist"),
        (b"#EXTM3U\x00\x01", "a playlist"),
        (b"ffconcat version 1.0\nfile x.mp4\n", "a playlist"),
        (b"file '/etc/passwd'\n", "a playlist"),
        (b"http://example.org/x.m3u8", "a playlist"),
        (b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">', "a playlist"),
        (b"[playlist]\nFile1=x\n", "a playlist"),
        (b"#!/bin/sh\nrm -rf /\n", "a script"),
        (b"<?php system('id'); ?>", "a script"),
        (b"WEBVTT\n\n", "a subtitle file"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nHi\n", "a subtitle file"),
        (b'<?xml version="1.0"?><svg onload="alert(1)">', "an SVG image"),
        (b"<!-- a --><!-- b --><svg>", "an SVG image"),
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"\n<script>alert(1)</script>", "an HTML page"),
        (b"<?xml version='1.0'?><feed>", "an XML document"),
        (b'{"a": 1}', "a JSON document"),
        (b"Dear sir,\nplease find my video attached.\n", "plain text"),
        (b"The free dictionary of everything", "plain text"),
        ("Bonjour, ça va ?".encode(), "plain text"),
        ("#EXTM3U".encode("utf-16"), "a playlist"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG image"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
        (b"GIF89a\x01\x00", "a GIF image"),
        (ftyp(b"heic"), "an image"),
        (ftyp(b"avif"), "an image"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "a WebP image"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "a WAV sound file"),
        (b"ID3\x04\x00\x00", "an MP3 sound file"),
        (b"\xff\xfb\x90\x64\x00", "a sound file"),
        (b"\xff\xf1\x50\x80\x00", "a sound file"),
        (ftyp(b"M4A "), "a sound file"),
        (b"fLaC\x00\x00", "a FLAC sound file"),
        (b"OggS\x00\x02", "an Ogg file"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (bytes(257) + b"ustar\x00", "a tar archive"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x7fELF\x02\x01", "an executable program"),
        (b"MZ\x90\x00", "an executable program"),
        (b"FLV\x01\x05", "a Flash video"),
        (ebml(b"other"), "data of an unknown kind"),
        (EBML, "data of an unknown kind"),
        (TS_PACKET * 2, "data of an unknown kind"),
        (b"\x00\x00\x00\x18ftyp", "data of an unknown kind"),
        (b"\x00", "data of an unknown kind"),
        (bytes(HEAD_SIZE), "data of an unknown kind"),
    ],
)
def test_a_file_that_is_no_video_is_refused_with_its_file_type(head: bytes, appearance: str) -> None:
    with pytest.raises(SourceTypeUnsupported, match=f"looks like {appearance},"):
        sniff(head)


def test_a_file_without_bytes_is_refused_as_empty() -> None:
    with pytest.raises(SourceEmpty):
        sniff(b"")


@given(st.binary(min_size=1, max_size=HEAD_SIZE))
def test_no_bytes_crash_the_detection(head: bytes) -> None:
    try:
        assert isinstance(sniff(head), Container)
    except SourceTypeUnsupported as refusal:
        assert "looks like" in str(refusal)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x24F), min_size=1, max_size=2_000))
def test_no_text_is_taken_for_a_video_with_an_index(text: str) -> None:
    try:
        container = sniff(text.encode())
    except SourceTypeUnsupported:
        return
    assert container is Container.MPEG_TS  # only a text with G at every 188th byte


@given(st.sampled_from([b"<!--", b"-->", b"<!-- -->", b"<?xml", b"<", b"[", b"#!"]), st.integers(1, 1_500))
def test_a_repetitive_text_does_not_exhaust_the_detection(piece: bytes, count: int) -> None:
    # A pattern that backtracks over comments would run for years.
    with pytest.raises(SourceTypeUnsupported):
        sniff((piece * count)[:HEAD_SIZE])
