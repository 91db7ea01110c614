"""Faulty SRT files: each fault is repaired, or refused with its line."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.subtitles.srt_reader import read_srt
from domain.errors import SubtitlesInvalid
from domain.subtitles.cues import Cue
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
        pytest.param(TWO.replace("-->", "->"), id="a short arrow"),
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
    assert read_srt(text.encode()).cues == [HELLO, THERE]


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
        (TWO.encode() * 13, "more than 12 cues are shown at once"),
        (TWO.encode()[:20] + b"\0\0\0" + TWO.encode()[20:], "Line 1: the file is not text"),
        (b"\xff\xfe" + TWO.encode("utf-16-le")[:-1], "Line"),
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

    assert read_srt(content).cues[0].lines == (text,)


def cue(text: str, number: str = "1\n") -> str:
    return f"{number}00:00:01,000 --> 00:00:02,000\n{text}\n\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a List<String> of names", "a List<String> of names"),
        ("if x <y and z> 3 then <i>stop</i> & go", "if x <y and z> 3 then stop & go"),
        ("<i>Title</i> <3 you & 5 < 6 > 4 <- back", "Title <3 you & 5 < 6 > 4 <- back"),
        ("<v Roger>Hi</v> <c.yellow>there</c> <00:00:01.500>now", "Hi there now"),
        ("<B>loud</B> <FONT SIZE=7>large</FONT>", "loud large"),
        ("Press A --> B to go on", "Press A --> B to go on"),
        ("write <!-- note --> here", "write <!-- note --> here"),
        ("3 --> 4 is a step", "3 --> 4 is a step"),
        (r"\h\hHello there", "Hello there"),
        (r"C:\New\hello {x} \\server\new 100%", r"C:\New\hello {x} \\server\new 100%"),
        ("Tom &amp; Jerry &lt;3 It&#39;s &quot;it&quot;", 'Tom & Jerry <3 It\'s "it"'),
        ("R&D; AT&T &unknown;", "R&D; AT&T &unknown;"),
    ],
)
def test_only_what_is_markup_is_taken_out_of_the_text(written: str, shown: str) -> None:
    assert read_srt(cue(written).encode()).cues[0].lines == (shown,)


def test_a_break_of_ass_or_html_makes_two_lines() -> None:
    assert read_srt(cue(r"One\Ntwo<br/>three").encode()).cues[0].lines == ("One", "two", "three")


def texts(content: str) -> list[tuple[str, ...]]:
    return [cue.lines for cue in read_srt(content.encode()).cues]


def at(second: int) -> str:
    return f"00:00:{second:02},000 --> 00:00:{second:02},900\n"


def test_a_number_is_text_where_cues_are_not_numbered() -> None:
    assert texts(f"{at(1)}Three\n\n{at(2)}2\n\n{at(3)}1\n") == [("Three",), ("2",), ("1",)]
    assert texts(f"{at(1)}The answer is\n42\n\n{at(2)}Good\n") == [("The answer is", "42"), ("Good",)]
    assert texts(f"{at(1)}The answer is\n42\n{at(2)}Good\n") == [("The answer is", "42"), ("Good",)]


def test_a_number_is_text_where_a_numbered_cue_ends_with_it() -> None:
    content = f"1\n{at(1)}The answer is\n42\n\n2\n{at(2)}7\n\n{at(3)}Good\n"

    assert texts(content) == [("The answer is", "42"), ("7",), ("Good",)]


def test_cues_are_numbered_although_the_first_has_lost_its_number() -> None:
    assert texts(f"{at(1)}One\n\n2\n{at(2)}Two\n\n3\n{at(3)}Three\n") == [("One",), ("Two",), ("Three",)]


@pytest.mark.parametrize(
    ("timing", "start_us", "end_us"),
    [
        ("00:01,000 --> 00:01,800", 1_000_000, 1_800_000),
        ("01:05,200 --> 01:07,800", 65_200_000, 67_800_000),
        ("01:05.200 --> 1:00:07.800", 65_200_000, 3_607_800_000),
        ("00:00:00,2 --> 00:00:01,85", 200_000, 1_850_000),
        ("00:00:00 --> 00:00:01", 0, 1_000_000),
        ("00: 00: 00, 200 --> 00: 00: 01, 800", 200_000, 1_800_000),
        ("00:00:00,200 \u2192 00:00:01,800", 200_000, 1_800_000),
    ],
)
def test_times_are_read_in_each_way_that_they_are_written(timing: str, start_us: int, end_us: int) -> None:
    [read] = read_srt(f"1\n{timing}\nHello\n".encode()).cues

    assert (read.start_us, read.end_us) == (start_us, end_us)


def test_utf8_with_a_spoiled_byte_is_utf8_and_the_remark_names_the_line() -> None:
    good = cue("Caf\u00e9, d\u00e9j\u00e0 vu, na\u00efve") + cue("Ende gut")
    for mark in (b"", b"\xef\xbb\xbf"):
        read = read_srt(mark + good.encode().replace(b"gut", b"g\xfct"))

        assert [cue.lines for cue in read.cues] == [
            ("Caf\u00e9, d\u00e9j\u00e0 vu, na\u00efve",),
            ("Ende g\ufffdt",),
        ]
        assert [remark.split(" is not")[0] for remark in read.remarks] == ["Line 7 of the subtitle file"]


def test_utf8_that_is_cut_in_its_last_letter_is_utf8() -> None:
    read = read_srt(cue("d\u00e9j\u00e0 vu, na\u00efve").encode() + cue("fin \u00e9").rstrip().encode()[:-1])

    assert read.cues[1].lines == ("fin \ufffd",)
    assert len(read.remarks) == 1


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01", "cp874"),
        ("\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645", "cp1256"),
        ("\uc548\ub155\ud558\uc138\uc694 \uc138\uacc4", "cp949"),
        ("\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341", "utf-16-le"),
        ("\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341", "utf-16-be"),
    ],
)
def test_the_charset_of_a_short_text_is_recognized(text: str, charset: str) -> None:
    assert read_srt(cue(text).encode(charset)).cues[0].lines == (text,)


def test_five_cues_at_once_are_taken() -> None:
    assert len(texts("".join(cue(f"Sign {number}") for number in range(5)))) == 5


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
        cues = read_srt(content).cues
    except SubtitlesInvalid as error:
        assert str(error).startswith("Line ")
        return
    sequence = in_sequence(cues, 10**12)
    assert sequence
    assert all(before.end_us <= after.start_us for before, after in pairwise(sequence))
