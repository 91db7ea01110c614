"""Parsing of the Range header by RFC 9110, section 14."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.library.byte_ranges import ByteRange, parse_range
from domain.errors import RangeUnsatisfiable


@pytest.mark.parametrize(
    ("header", "offset", "length"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=0-100", 0, 100),
        ("bytes=10-19", 10, 10),
        ("bytes=99-", 99, 1),
        ("bytes=0-", 0, 100),
        ("bytes=-1", 99, 1),
        ("bytes=-100", 0, 100),
        ("bytes=-1000", 0, 100),
        ("bytes=50-" + "9" * 40, 50, 50),
        ("bytes=-" + "9" * 40, 0, 100),
        ("Bytes = 1-2", 1, 2),
        ("bytes= 1-2 ", 1, 2),
        ("bytes=007-008", 7, 2),
    ],
)
def test_a_valid_header_gives_its_byte_range(header: str, offset: int, length: int) -> None:
    assert parse_range(header, 100) == ByteRange(offset, length, 100)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=1-2-3",
        "bytes=--1",
        "bytes=+1-2",
        "bytes=1.0-2",
        "bytes=٣-٤",
        "bytes=0-1,",
        "items=0-1",
        "bytes 0-1",
        "bytes=" + ",".join(["0-1"] * 1000),
    ],
)
def test_a_malformed_header_is_ignored(header: str | None) -> None:
    assert parse_range(header, 100) is None


def test_several_ranges_are_answered_with_the_whole_file() -> None:
    assert parse_range("bytes=0-1,5-9", 100) is None
    assert parse_range("bytes=0-1,500-", 100) is None


@pytest.mark.parametrize(
    "header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=500-,600-", f"bytes={'9' * 40}-"]
)
def test_a_range_outside_the_file_is_refused(header: str) -> None:
    with pytest.raises(RangeUnsatisfiable, match="100 bytes"):
        parse_range(header, 100)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-1"])
def test_an_empty_file_has_no_range(header: str) -> None:
    with pytest.raises(RangeUnsatisfiable):
        parse_range(header, 0)


def test_a_range_has_a_content_range_header() -> None:
    assert ByteRange(10, 5, 100).content_range == "bytes 10-14/100"


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (0, 0), (99, 2)])
def test_a_range_outside_its_file_can_not_be_constructed(offset: int, length: int) -> None:
    with pytest.raises(ValueError, match="inside"):
        ByteRange(offset, length, 100)


@given(st.text(max_size=60), st.integers(0, 10**13))
def test_any_header_is_parsed_without_a_crash(header: str, total: int) -> None:
    try:
        found = parse_range(header, total)
    except RangeUnsatisfiable:
        return
    assert found is None or found.total == total


@given(st.data())
def test_bytes_asked_for_are_the_bytes_given(data: st.DataObject) -> None:
    content = data.draw(st.binary(min_size=1, max_size=50))
    first = data.draw(st.integers(0, len(content) - 1))
    last = data.draw(st.integers(first, len(content) + 10))

    found = parse_range(f"bytes={first}-{last}", len(content))

    assert found is not None
    assert content[found.offset : found.offset + found.length] == content[first : last + 1]
