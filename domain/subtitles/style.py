"""Style of burned cues; all values are checked, so that a caller can't inject renderer commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_FONT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,63}")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class CuePosition(StrEnum):
    BOTTOM = "bottom"
    MIDDLE = "middle"
    TOP = "top"


@dataclass(frozen=True)
class CueStyle:
    """The style of burned cues. Colours are `#rrggbb`.

    `size_percent` is the height of a line in percent of the picture's height, None for an automatic size.
    `outline_percent` is the outline's width in percent of the letters' size. `margin_percent` is the
    distance from the picture's edge in percent of its height. `box` puts a dark background behind the text.
    """

    font: str = "DejaVu Sans"
    size_percent: float | None = None
    color: str = "#ffffff"
    outline_color: str = "#000000"
    outline_percent: float = 6.25
    box: bool = False
    position: CuePosition = CuePosition.BOTTOM
    margin_percent: float = 5.5

    def __post_init__(self) -> None:
        if not _FONT.fullmatch(self.font):
            raise ValueError(f"a font's name has letters, digits, blanks and hyphens, not {self.font[:40]!r}")
        for color in (self.color, self.outline_color):
            if not _COLOR.fullmatch(color):
                raise ValueError(f"a colour is written #rrggbb, not {color[:40]!r}")
        if self.size_percent is not None and not 1 <= self.size_percent <= 20:
            raise ValueError(f"letters are 1 to 20 percent of the picture high, not {self.size_percent}")
        if not 0 <= self.outline_percent <= 25:
            raise ValueError(f"an outline is 0 to 25 percent of a letter, not {self.outline_percent}")
        if not 0 <= self.margin_percent <= 40:
            raise ValueError(f"a margin is 0 to 40 percent of the picture, not {self.margin_percent}")


# White letters with a dark edge at the bottom.
READABLE = CueStyle()
