"""ASS files: every sign of a cue as it is, in the style that was asked for."""

from __future__ import annotations

from adapters.subtitles.ass_writer import font_size, to_ass
from domain.subtitles.cues import Cue
from domain.subtitles.style import READABLE, CuePosition, CueStyle


def test_the_whole_file_word_for_word() -> None:
    style = CueStyle(
        font="Liberation Serif",
        size_percent=10,
        color="#ffee00",
        outline_color="#102030",
        outline_percent=5,
        box=True,
        position=CuePosition.TOP,
        margin_percent=10,
    )

    assert to_ass([Cue(1_005_000, 3_661_046_000, (r"C:\New {x}", "<b> & all"))], style, 1280, 720) == (
        "[Script Info]\n"
        "ScriptType: v4.00+\n"
        "PlayResX: 1280\n"
        "PlayResY: 720\n"
        "WrapStyle: 0\n"
        "ScaledBorderAndShadow: yes\n"
        "\n"
        "[V4+ Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold,"
        " Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow,"
        " Alignment, MarginL, MarginR, MarginV, Encoding\n"
        "Style: Default,Liberation Serif,72.0,&H0000EEFF,&H0000EEFF,&H80302010,&H80302010,"
        "0,0,0,0,100,100,0,0,3,3.60,0,8,13,13,72,-1\n"
        "\n"
        "[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,1:01:01.05,Default,,0,0,0,,C:\\\u2060New \\{x\\}\\N<b> & all\n"
    )


def test_letters_of_no_set_size_let_a_line_of_42_fit_a_narrow_picture() -> None:
    assert font_size(READABLE, 1920, 1080) == 59.4
    assert round(font_size(READABLE, 608, 1080), 2) == 27.97


def test_a_cue_of_less_than_a_hundredth_of_a_second_is_not_empty() -> None:
    assert "0:00:01.00,0:00:01.01," in to_ass([Cue(1_000_000, 1_001_000, ("x",))], READABLE, 640, 360)
