"""Fuzzing of all parsers of untrusted input: each parses it or raises a named error."""

from __future__ import annotations

import re
import unicodedata
from email.message import Message
from itertools import pairwise
from urllib.parse import unquote

from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.catalogue import Cursor
from adapters.ffmpeg.inspect import ffprobe_report
from api.http.file_names import attachment, display_name
from api.library.byte_ranges import parse_range
from api.uploads.form_fields import FIELDS, options_of
from api.uploads.form_parser import FormParser, PartBegins, PartBytes, PartEnds
from domain.errors import FormBroken, FormInvalid, RangeUnsatisfiable, SenderError
from domain.media.containers import Container, sniff
from tests.fuzz.form_bodies import forms, pieces
from tests.unit.api.forms import HEADERS, form, part

# Derandomized: a failure comes from a change of the code, not from other generated cases.
thorough = settings(max_examples=400, deadline=None, derandomize=True)

numbers = st.integers(0, 10**6).map(str) | st.sampled_from(["", "9" * 40, "-1", "٣", "0x1"])
specs = st.tuples(numbers, numbers).map("-".join)
range_headers = st.text(max_size=40) | st.lists(
    specs | st.text("0123456789-,= ", max_size=8), max_size=4
).map(lambda ranges: "bytes=" + ",".join(ranges))


@thorough
@given(range_headers, st.integers(0, 10**6))
def test_any_range_is_a_part_of_the_file_the_whole_file_or_refused(header: str, total: int) -> None:
    try:
        found = parse_range(header, total)
    except RangeUnsatisfiable as error:
        assert error.total == total
        return
    if found is not None:
        assert 0 <= found.offset < found.offset + found.length <= total


@thorough
@given(st.binary(max_size=200), st.integers(0, 250), st.integers(0, 250))
def test_a_range_gives_the_bytes_that_a_slice_gives(content: bytes, first: int, last: int) -> None:
    expected = content[first : last + 1] if first <= last else content
    try:
        found = parse_range(f"bytes={first}-{last}", len(content))
    except RangeUnsatisfiable:
        assert first >= len(content)
        return
    given_back = content if found is None else content[found.offset : found.offset + found.length]
    assert given_back == expected


names = st.text(max_size=300) | st.text("../\\ \x00\r\n\"';~-\u202e\ufe0fa\U0001f600", max_size=80)


@thorough
@given(names)
@example("../../etc/passwd")
@example("\u202egpj.exe")
@example("-rf.mp4")
@example(" ".join("\u0301" * 200))
def test_any_file_name_becomes_a_safe_one(sent: str) -> None:
    name = display_name(sent)

    assert 0 < len(name.encode()) <= 255
    assert not re.search(r"[/\\\x00-\x1f\x7f]", name)
    assert name[0] not in ".-~ "
    assert not {unicodedata.category(sign) for sign in name} & {"Cc", "Cf", "Cs", "Co"}
    assert display_name(name) == name


@thorough
@given(names, st.sampled_from(["final.mp4", "subtitles.vtt", "animals.json"]))
def test_any_file_name_round_trips_through_content_disposition(original: str, download: str) -> None:
    header = attachment(display_name(original), download)

    assert header.isascii()
    assert header.isprintable()
    read = Message()
    read["Content-Disposition"] = header
    assert read.get_content_disposition() == "attachment"
    encoded = header.rpartition("filename*=UTF-8''")[2]
    assert display_name(unquote(encoded)) == unquote(encoded)


heads = st.binary(max_size=600) | st.tuples(
    st.sampled_from(
        [
            b"\x00\x00\x00\x18ftyp",
            b"\x1a\x45\xdf\xa3",
            b"RIFF\x00\x00\x00\x00AVI ",
            b"G" * 564,
            b"#EXTM3U",
            b"\xff\xfe",
        ]
    ),
    st.binary(max_size=300),
).map(b"".join)


@thorough
@given(heads)
def test_any_first_bytes_are_a_container_or_refused(head: bytes) -> None:
    try:
        found = sniff(head)
    except SenderError as error:
        assert str(error)
        return
    assert found in Container


@thorough
@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_output_of_ffprobe_is_a_report_or_an_error_of_the_source(output: bytes) -> None:
    try:
        ffprobe_report.parse_report(output)
    except SenderError:
        return


@thorough
@given(
    st.text(max_size=120)
    | st.tuples(st.integers(0, 10**20), st.text(max_size=20)).map(lambda c: f"{c[0]}.{c[1]}")
)
def test_any_cursor_is_parsed_or_refused(text: str) -> None:
    try:
        cursor = Cursor.parse(text)
    except FormInvalid:
        return
    assert Cursor.parse(str(cursor)) == cursor


@thorough
@given(
    st.dictionaries(
        st.sampled_from(FIELDS), st.binary(max_size=40) | st.sampled_from([b"fr", b"720", b"burn"])
    )
)
def test_any_fields_are_options_or_refused(fields: dict[str, bytes]) -> None:
    try:
        options = options_of(fields)
    except SenderError:
        return
    assert 64 <= options.max_height <= 4320


def outcome(body: bytes, cuts: list[int]) -> list[object] | str:
    """Returns the events of the form in these chunks, or its error code."""
    parser = FormParser(HEADERS["Content-Type"])
    seen: list[object] = []
    places = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    try:
        for start, end in pairwise(places):
            for event in parser.feed(body[start:end]):
                match event:
                    case PartBegins():
                        seen.append((event.name, event.filename))
                    case PartBytes() if seen and isinstance(seen[-1], bytes):
                        seen[-1] += event.content
                    case PartBytes():
                        seen.append(event.content)
                    case PartEnds():
                        seen.append("end")
        parser.finish()
    except FormBroken:
        return "refused"
    return [event for event in seen if event != b""]


@thorough
@given(forms | pieces, st.lists(st.integers(0, 10**6), max_size=12))
@example(b"\r\n\r\n\x00--a-boundary-of-a-form--\r\n", [4])
def test_any_form_is_parsed_the_same_in_any_chunks(body: bytes, cuts: list[int]) -> None:
    assert outcome(body, cuts) == outcome(body, [])


@thorough
@given(
    st.text(max_size=80)
    | st.text(max_size=40).map(lambda boundary: f"multipart/form-data; boundary={boundary}")
)
def test_any_content_type_is_a_form_or_refused(content_type: str) -> None:
    try:
        FormParser(content_type).feed(form(part("file", b"x", "a.mp4")))
    except FormBroken:
        return
