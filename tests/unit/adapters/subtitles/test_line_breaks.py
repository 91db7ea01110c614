"""Line breaks inside text without spaces: where Unicode or the language allows one, and nowhere else."""

from __future__ import annotations

import pytest

from adapters.subtitles.line_breaks import broken, text_width

CHINESE = "这是一个没有空格的很长的（中文）字幕行，用来检查画面边缘是否会把文字切掉。"
THAI = "นี่คือคำบรรยายภาษาไทยที่ยาวมากและไม่มีช่องว่างระหว่างคำ"
KHMER = "នេះជាអក្សរខ្មែរវែងណាស់ដែលមិនមានដកឃ្លារវាងពាក្យ"
ADDRESS = "https://example.org/" + "a-very-long-address-" * 6


@pytest.mark.parametrize("line", [CHINESE, THAI, KHMER, ADDRESS, "W" * 200, "é" * 100, "Word " + CHINESE])
@pytest.mark.parametrize("room", [10.0, 17.5, 30.0])
def test_no_run_without_spaces_is_wider_than_the_room_and_no_letter_is_lost(line: str, room: float) -> None:
    pieces = broken(line, room)

    assert "".join(pieces) == line
    assert all(text_width(run) <= room + 0.001 for piece in pieces for run in piece.split(" "))


def test_a_line_with_spaces_is_left_to_the_renderer() -> None:
    assert broken("Twelve words stand here that are much wider than there is room", 10.0) == [
        "Twelve words stand here that are much wider than there is room"
    ]


def test_no_line_begins_with_what_must_not_begin_one() -> None:
    assert not any(piece.startswith(("，", "。", "）")) for piece in broken(CHINESE, 9.0))


def test_thai_is_broken_between_words() -> None:
    assert broken(THAI, 15.0) == ["นี่คือคำบรรยายภาษาไทยที่ยาว", "มากและไม่มีช่องว่างระหว่างคำ"]


def test_marks_stay_with_their_letters() -> None:
    assert broken("n\u0303" * 40, 11.0) == ["n\u0303" * 20, "n\u0303" * 20]


def test_the_pieces_are_of_about_the_same_width() -> None:
    widths = [text_width(piece) for piece in broken("字" * 33, 30.0)]

    assert max(widths) - min(widths) <= 1.0
