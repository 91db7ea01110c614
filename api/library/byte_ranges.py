"""Parser of the HTTP Range header for a file of known size (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.errors import RangeUnsatisfiable

_SPEC = re.compile(r"([0-9]*)-([0-9]*)", re.ASCII)
# No file's size has more digits: a longer number is past every end.
_MOST_DIGITS = 18
_MOST_RANGES = 16


@dataclass(frozen=True)
class ByteRange:
    """`length` bytes from `offset` of a file of `total` bytes."""

    offset: int
    length: int
    total: int

    def __post_init__(self) -> None:
        if self.offset < 0 or self.length < 1 or self.offset + self.length > self.total:
            raise ValueError(f"{self} is not inside the file")

    @property
    def content_range(self) -> str:
        return f"bytes {self.offset}-{self.offset + self.length - 1}/{self.total}"


def parse_range(header: str | None, total: int) -> ByteRange | None:
    """Returns the one range to send, or None to send the whole file.

    A header that is malformed, in other units or asks for several ranges is ignored, as the RFC allows.
    Raises RangeUnsatisfiable when the header is valid and no range lies inside the file.
    """
    specs = _specs(header)
    if specs is None:
        return None
    satisfiable = [found for first, last in specs if (found := _resolve(first, last, total)) is not None]
    if not satisfiable:
        raise RangeUnsatisfiable(
            f"The range {header!r} lies outside the file, which has {total} bytes.", total
        )
    return satisfiable[0] if len(specs) == 1 else None


def _specs(header: str | None) -> list[tuple[str, str]] | None:
    """Returns the digits of each range's first and last byte, either may be empty; None if malformed."""
    unit, equals, ranges = (header or "").partition("=")
    if unit.strip().lower() != "bytes" or not equals:
        return None
    specs: list[tuple[str, str]] = []
    for part in ranges.split(",", _MOST_RANGES):
        match = _SPEC.fullmatch(part.strip(" \t"))
        if match is None or match.group() == "-":
            return None
        first, last = match.groups()
        if first and last and _number(last) < _number(first):
            return None
        specs.append((first, last))
    return specs


def _resolve(first: str, last: str, total: int) -> ByteRange | None:
    if not first:
        length = min(_number(last), total)
        return ByteRange(total - length, length, total) if length else None
    offset = _number(first)
    if offset >= total:
        return None
    end = min(_number(last), total - 1) if last else total - 1
    return ByteRange(offset, end - offset + 1, total)


def _number(digits: str) -> int:
    return int(digits[:_MOST_DIGITS]) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS
