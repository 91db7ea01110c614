"""Writer of ASS files, from which cues are drawn into a picture.

ASS rather than SRT: it has an escape for every sign, names the base direction of right-to-left text, and
FFmpeg's filter for it shapes letters by HarfBuzz.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.subtitles.line_breaks import broken
from domain.media.rendition import Rendition
from domain.media.source import PictureStream
from domain.subtitles.cues import Cue
from domain.subtitles.files import WORD_JOINER, read_cues
from domain.subtitles.style import CuePosition, CueStyle

# As the keys of a numeric keypad lie.
_ALIGNMENT = {CuePosition.BOTTOM: 2, CuePosition.MIDDLE: 5, CuePosition.TOP: 8}
# Of the picture's width, at each side.
_SIDE_MARGIN = 1 / 96
_ESCAPES = str.maketrans({"\\": "\\" + WORD_JOINER, "{": r"\{", "}": r"\}"})
_CENTISECOND_US = 10_000

_STYLE_FIELDS = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic,"
    " Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment,"
    " MarginL, MarginR, MarginV, Encoding"
)


def to_ass(cues: Sequence[Cue], style: CueStyle, width: int, height: int) -> str:
    """The cues for a picture of this size, in pixels."""
    letters = font_size(style, width, height)
    outline = letters * style.outline_percent / 100
    room = (width * (1 - 2 * _SIDE_MARGIN) - 2 * outline) / letters
    events = [
        f"Dialogue: 0,{start},{end},Default,,0,0,0,,{_text(cue, room)}" for cue, start, end in _timed(cues)
    ]
    return "\n".join(
        [
            "[Script Info]",
            "ScriptType: v4.00+",
            f"PlayResX: {width}",
            f"PlayResY: {height}",
            # Lines of about the same length.
            "WrapStyle: 0",
            "ScaledBorderAndShadow: yes",
            "",
            "[V4+ Styles]",
            f"Format: {_STYLE_FIELDS}",
            f"Style: {_style(style, letters, outline, width, height)}",
            "",
            "[Events]",
            "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
            *events,
            "",
        ]
    )


def write_ass(cues_path: Path, rendition: Rendition, picture: PictureStream, target_path: Path) -> Path:
    """Write the cues of a WebVTT or SRT file of ours for the rendition of `picture`, beside `target_path`."""
    ass_path = target_path.with_suffix(".ass")
    width, height = rendition.size(picture.display_width, picture.display_height)
    cues = read_cues(cues_path.read_text(encoding="utf-8"))
    ass_path.write_text(to_ass(cues, rendition.style, width, height), encoding="utf-8")
    return ass_path


def font_size(style: CueStyle, width: int, height: int) -> float:
    """The line height in pixels; without a size in the style a line of 42 letters fits a narrow picture."""
    if style.size_percent is not None:
        return style.size_percent * height / 100
    return min(0.055 * height, 0.046 * width)


def _style(style: CueStyle, letters: float, outline: float, width: int, height: int) -> str:
    # Half of what lies behind a box shines through.
    edge = _color(style.outline_color, 0x80 if style.box else 0)
    side = round(width * _SIDE_MARGIN)
    return ",".join(
        (
            f"Default,{style.font},{letters:.1f},{_color(style.color)},{_color(style.color)},{edge},{edge}",
            "0,0,0,0,100,100,0,0",
            # Border 3 fills a box with the outline's colour.
            f"{3 if style.box else 1},{outline:.2f},0,{_ALIGNMENT[style.position]}",
            f"{side},{side},{round(style.margin_percent * height / 100)}",
            # -1: the base direction of each line follows its first letter with a direction.
            "-1",
        )
    )


def _color(color: str, alpha: int = 0) -> str:
    """ASS writes alpha first, 0 for opaque, and red last."""
    red, green, blue = color[1:3], color[3:5], color[5:7]
    return f"&H{alpha:02X}{blue}{green}{red}".upper()


def _text(cue: Cue, room: float) -> str:
    pieces = [piece.strip() for line in cue.lines for piece in broken(line, room)]
    return r"\N".join(piece.translate(_ESCAPES) for piece in pieces if piece)


def _timed(cues: Sequence[Cue]) -> list[tuple[Cue, str, str]]:
    """The times in hundredths of a second, the finest that ASS has; no cue comes out empty."""
    timed: list[tuple[Cue, str, str]] = []
    for cue in cues:
        start, end = (round(time_us / _CENTISECOND_US) for time_us in (cue.start_us, cue.end_us))
        timed.append((cue, _clock(start), _clock(max(end, start + 1))))
    return timed


def _clock(centiseconds: int) -> str:
    seconds, rest = divmod(centiseconds, 100)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}.{rest:02}"
