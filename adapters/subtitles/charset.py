"""Decoder of subtitle files in any common charset."""

from __future__ import annotations

import codecs
import re
import unicodedata

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
# Only lines that hold more than ASCII distinguish charsets; so many bytes of them are enough.
_SAMPLE_BYTES = 64 * 1024

# Charsets of subtitle files, the more frequent first.
_CHARSETS = (
    *("cp1252", "cp1251", "gb18030", "cp932", "big5", "cp949", "cp1256", "cp1254", "cp1250", "cp1253"),
    *("cp1255", "cp1258", "cp874", "cp1257", "euc-jp", "koi8-r", "iso8859-15"),
)
_TWO_BYTES = frozenset({"gb18030", "cp932", "big5", "cp949", "euc-jp"})
# A character of UTF-8 that is longer than a byte. In text of another charset it hardly ever occurs by chance.
_LONG_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_REPLACEMENT = "\ufffd"
# Thai puts vowels and tone marks above and below its consonants, and some vowels before them.
_THAI_CONSONANTS = "\u0e01-\u0e2e"
_THAI_MARKS = "\u0e31\u0e34-\u0e39\u0e47-\u0e4e"
_NOT_THAI = re.compile(
    rf"(?<![{_THAI_CONSONANTS}{_THAI_MARKS}])[{_THAI_MARKS}]|[\u0e40-\u0e44](?![{_THAI_CONSONANTS}])|\u0e3a"
)


def decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The file's text, and a remark when bytes in it could not be read and were replaced by U+FFFD.

    Raises `SubtitlesInvalid` for a file that is no text, or whose charset can't be recognized.
    """
    charset = _charset(content)
    try:
        return content.decode(charset), ()
    except UnicodeDecodeError as error:
        line = _line_of(content, error.start)
        if not charset.startswith("utf-8"):
            raise SubtitlesInvalid(
                f"Line {line}: the text is not {charset}, as the rest seems to be."
            ) from error
        text = content.decode(charset, "replace")
        return text, (
            f"Line {line} of the subtitle file is not valid UTF-8, as the rest is;"
            f" what can't be read is shown as {_REPLACEMENT}.",
        )


def _charset(content: bytes) -> str:
    for mark, charset in _MARKS:
        if content.startswith(mark):
            return charset
    if b"\0" in content:
        return _unmarked_utf16(content)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8" if _is_spoiled_utf8(content) else _detected(content, _line_of(content, error.start))
    return "utf-8"


def _is_spoiled_utf8(content: bytes) -> bool:
    """True when most of what is not ASCII is valid UTF-8: a few bytes of it were damaged or cut off."""
    valid_bytes = sum(len(character) for character in _LONG_UTF8.findall(content))
    other_bytes = len(content.translate(None, delete=bytes(range(128)))) - valid_bytes
    return valid_bytes > 0 and other_bytes * 4 <= valid_bytes


def _line_of(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _unmarked_utf16(content: bytes) -> str:
    """The byte order by which the file has an arrow and no control codes, or the file is no text."""
    for charset in ("utf-16-le", "utf-16-be"):
        try:
            text = content.decode(charset)
        except UnicodeDecodeError:
            continue
        control_codes = any(unicodedata.category(sign) == "Cc" and sign not in "\r\n\t" for sign in text)
        if "-->" in text and not control_codes:
            return charset
    raise SubtitlesInvalid("Line 1: the file is not text.")


def _detected(content: bytes, line: int) -> str:
    sample = bytearray()
    for foreign in content.splitlines(keepends=True):
        if not foreign.isascii():
            sample += foreign
        if len(sample) >= _SAMPLE_BYTES:
            break
    found = chardet.detect_all(bytes(sample), include_encodings=_CHARSETS)
    # Short texts fit several charsets as well: then the one that more files are written in.
    likely = {
        codecs.lookup(one["encoding"]).name
        for one in found
        if one["encoding"] and one["confidence"] > 0.99 * found[0]["confidence"]
    }
    charset = next((charset for charset in _CHARSETS if codecs.lookup(charset).name in likely), None)
    if charset is None:
        raise SubtitlesInvalid(f"Line {line}: the charset can't be recognized; save the file as UTF-8.")
    return "cp874" if charset in _TWO_BYTES and _is_thai(bytes(sample)) else charset


def _is_thai(sample: bytes) -> bool:
    """True for text that follows the rules of Thai spelling, which detectors may take for Chinese."""
    try:
        text = sample.decode("cp874")
    except UnicodeDecodeError:
        return False
    foreign = [sign for sign in text if not sign.isascii() and unicodedata.category(sign)[0] in "LM"]
    thai = all("\u0e01" <= sign <= "\u0e4e" for sign in foreign)
    return thai and any(unicodedata.category(sign) == "Mn" for sign in foreign) and not _NOT_THAI.search(text)
