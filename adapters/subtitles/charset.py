"""Charset detection and decoding of subtitle files."""

from __future__ import annotations

import codecs

import chardet

from domain.errors import SubtitlesInvalid

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # UTF-32's mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Only lines with more than ASCII help to detect a charset; this many bytes of them are enough.
_SAMPLE_BYTES = 64 * 1024

# Charsets of subtitle files, the more frequent first.
_CHARSETS = (
    *("cp1252", "cp1251", "gb18030", "cp932", "big5", "cp949", "cp1256", "cp1254", "cp1250", "cp1253"),
    *("cp1255", "cp1258", "cp874", "cp1257", "euc-jp", "koi8-r", "iso8859-15"),
)


def text_of(content: bytes) -> str:
    """Decode the file; raises `SubtitlesInvalid` if it is no text or not all in one charset."""
    charset = _charset(content)
    try:
        return content.decode(charset)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SubtitlesInvalid(
            f"Line {line}: the text is not {charset}, the charset of the rest; save the file as UTF-8."
        ) from error


def _charset(content: bytes) -> str:
    for mark, charset in _MARKS:
        if content.startswith(mark):
            return charset
    if b"\0" in content:
        return _unmarked_utf16(content)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _detect(content, content.count(b"\n", 0, error.start) + 1)
    return "utf-8"


def _unmarked_utf16(content: bytes) -> str:
    """Byte order of UTF-16 without a mark, by the zero bytes of digits and line ends."""
    zeros_in_front, zeros_behind = content[::2].count(0), content[1::2].count(0)
    if min(zeros_in_front, zeros_behind) > 0 or len(content) % 2:
        raise SubtitlesInvalid("Line 1: the file is not text.")
    return "utf-16-be" if zeros_in_front else "utf-16-le"


def _detect(content: bytes, line: int) -> str:
    sample = bytearray()
    for sample_line in content.splitlines(keepends=True):
        if not sample_line.isascii():
            sample += sample_line
        if len(sample) >= _SAMPLE_BYTES:
            break
    found = chardet.detect_all(bytes(sample), include_encodings=_CHARSETS)
    # Short texts can fit several charsets: then the most frequent one is used.
    likely = {
        codecs.lookup(one["encoding"]).name
        for one in found
        if one["encoding"] and one["confidence"] > 0.99 * found[0]["confidence"]
    }
    charset = next((charset for charset in _CHARSETS if codecs.lookup(charset).name in likely), None)
    if charset is None:
        raise SubtitlesInvalid(f"Line {line}: the charset can't be detected; save the file as UTF-8.")
    return charset
