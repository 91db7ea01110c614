"""Faulty SRT files: each fault is repaired, or refused with its line."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.subtitles.srt_reader import read_srt
from domain.errors import SubtitlesInvalid
from domain.subtitles.cues import Cue
from domain.subtitles.files import to_srt
from domain.subtitles.given import in_sequence

thorough = settings(max_examples=400, deadline=None, derandomize=True)

HELLO = Cue(1_000_000, 2_000_000, ("Hello",))
THERE = Cue(3_000_000, 4_000_000, ("there",))
TWO = "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\nthere\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TWO, id="as it should be"),
        pytest.param(TWO.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param(TWO.replace("\n", "\r"), id="old line ends"),
        pytest.param("\ufeff" + TWO, id="byte order mark"),
        pytest.param("\n\n" + TWO + "\n\n\n", id="blank lines around"),
        pytest.param(TWO.replace("\n\n", "\n"), id="no blank lines between"),
        pytest.param(TWO.replace("1\n00:", "00:").replace("2\n00:", "00:"), id="no numbers"),
        pytest.param(TWO.replace("2\n00:", "7\n00:"), id="wrong numbers"),
        pytest.param(TWO.replace(",000", ".000"), id="decimal point"),
        pytest.param(TWO.replace("04,000", "04,000 X1:40 X2:600"), id="coordinates"),
        pytest.param(TWO.replace(" --> ", "-->"), id="no blanks around the arrow"),
        pytest.param(TWO.replace("1\n00", "1\n\n00"), id="a blank line below the number"),
        pytest.param(TWO.replace("Hello", "<i>Hello</i>"), id="HTML"),
        pytest.param(TWO.replace("Hello", '<font color="#ff0000"><b>Hello</b></font>'), id="fonts"),
        pytest.param(TWO.replace("Hello", r"{\an8}{\pos(1,2)\fs90}Hello"), id="ASS overrides"),
        pytest.param(
            TWO.split("\n\n")[1] + "\n" + TWO.split("\n\n", maxsplit=1)[0], id="the second cue stands first"
        ),
        pytest.param(TWO + "\n3\n00:00:05,000 --> 00:00:06,000\n\n", id="a cue without text"),
        pytest.param(TWO + "\n3\n00:00:05,000 --> 00:00:06,000\n<i></i>\n", id="a cue of nothing but markup"),
    ],
)
def test_a_repairable_file_is_read(text: str) -> None:
    assert read_srt(text.encode()) == [HELLO, THERE]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Line 1: .*empty"),
        (b" \r\n\t\n", "Line 1: .*empty"),
        (b"Once upon a time\nthere was", "Line 1: expected a cue's number or times"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n", "Line 1"),
        (b"[Script Info]\nTitle: x\n", "Line 1"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n\n", "no cue with text"),
        (TWO.replace("00:00:04,000", "00:00:02,000").encode(), "Line 6: the cue ends before it begins"),
        (TWO.replace("00:00:04,000", "00:00:03,000").encode(), "Line 6: the cue ends before it begins"),
        (TWO.replace("00:00:03,000", "00:00:0x,000").encode(), "Line 6: times must be written"),
        (TWO.replace("00:00:03,000", "99999999999999999999:00:00,000").encode(), "Line 6: times must be"),
        (
            TWO.replace("00:00:04,000", "200:00:00,000").encode(),
            "Line 6: the time is beyond the limit of 100 h",
        ),
        (TWO.replace("00:00:04,000", "9" * 100).encode(), "Line 6: .*at most 64 characters"),
        (TWO.replace("there", "x" * 501).encode(), "Line 7: longer than 500"),
        (TWO.replace("there", "x\n" * 13).encode(), "Line 6: .*more than 12 lines"),
        (TWO.encode() * 5, "more than 4 cues are shown at once"),
        (TWO.encode()[:20] + b"\0\0\0" + TWO.encode()[20:], "Line 1: the file is not text"),
        (b"\xff\xfe" + TWO.encode("utf-16-le")[:-1], "Line"),
        (b"\xef\xbb\xbf" + TWO.replace("there", "\xe9").encode("latin-1"), "Line 7: the text is not"),
        (bytes(range(256)) * 4, "Line"),
    ],
)
def test_an_unreadable_file_is_refused_with_its_line(content: bytes, message: str) -> None:
    with pytest.raises(SubtitlesInvalid, match=message):
        read_srt(content)


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Où est le garçon ? Il a mangé une crêpe.", "cp1252"),
        ("Der Bär läuft über die Straße.", "cp1252"),
        ("Zażółć gęślą jaźń. Dziękuję bardzo.", "cp1250"),
        ("Привет, как дела? Собака бежит.", "cp1251"),
        ("Привет, как дела? Собака бежит.", "koi8-r"),
        ("Καλημέρα, τι κάνεις; Ο σκύλος τρέχει.", "cp1253"),
        ("שלום, מה שלומך? הכלב רץ ברחוב.", "cp1255"),
        ("مرحبا، كيف حالك؟ الكلب يركض", "cp1256"),
        ("こんにちは。犬が走っています。", "cp932"),
        ("こんにちは。犬が走っています。", "euc-jp"),
        ("你好，狗在街上跑。今天天气很好", "gb18030"),
        ("你好，狗在街上跑。今天天氣很好", "big5"),
        ("안녕하세요. 개가 거리에서 달리고 있어요.", "cp949"),
        ("漢字 and an emoji: 🐶", "utf-8"),
        ("漢字 and an emoji: 🐶", "utf-8-sig"),
        ("漢字 and an emoji: 🐶", "utf-16"),
        ("漢字 and an emoji: 🐶", "utf-16-le"),
        ("漢字 and an emoji: 🐶", "utf-16-be"),
        ("漢字 and an emoji: 🐶", "utf-32"),
    ],
)
def test_the_charset_is_detected_from_the_text(text: str, charset: str) -> None:
    content = TWO.replace("Hello", text).encode(charset)

    assert read_srt(content)[0].lines == (text,)


def test_markup_that_hides_in_markup_is_harmless_when_it_is_written() -> None:
    [cue] = read_srt(rb"1" + b"\n00:00:01,000 --> 00:00:02,000\n<<i>b>{{\\b1}\\fs90}x</<i>b>\n")

    written = to_srt([cue])

    assert not set("<{}\\") & set(written.split("\n", 2)[2])


def test_overlapping_cues_are_shown_together_while_both_last() -> None:
    early = Cue(0, 3_000_000, ("A",))
    late = Cue(2_000_000, 5_000_000, ("B",))

    assert in_sequence([early, late], 10_000_000) == [
        Cue(0, 2_000_000, ("A",)),
        Cue(2_000_000, 3_000_000, ("A", "B")),
        Cue(3_000_000, 5_000_000, ("B",)),
    ]


def test_a_very_short_overlap_is_removed() -> None:
    cues = [Cue(0, 2_100_000, ("A",)), Cue(2_000_000, 5_000_000, ("B",))]

    assert in_sequence(cues, 10_000_000) == [Cue(0, 2_000_000, ("A",)), Cue(2_000_000, 5_000_000, ("B",))]


def test_cues_end_with_the_video() -> None:
    assert in_sequence([HELLO, THERE], 1_500_000) == [Cue(1_000_000, 1_500_000, ("Hello",))]
    with pytest.raises(SubtitlesInvalid, match="after the video's end"):
        in_sequence([HELLO, THERE], 1_000_000)


TIMES = b"00:00:01,000 --> 00:00:02,000\n"
pieces = st.sampled_from([b"1\n", b"\n", TIMES, b"-->", b"<i>", b"{\\an8}", b"\0", b"\xff\xfe", b"x\n"])
files = st.lists(pieces, max_size=20).map(b"".join) | st.text(max_size=80).map(str.encode)


@thorough
@given(st.binary(max_size=200) | files)
def test_any_bytes_are_cues_or_refused_with_a_line(content: bytes) -> None:
    try:
        cues = read_srt(content)
    except SubtitlesInvalid as error:
        assert str(error).startswith("Line ")
        return
    sequence = in_sequence(cues, 10**12)
    assert sequence
    assert all(before.end_us <= after.start_us for before, after in pairwise(sequence))
