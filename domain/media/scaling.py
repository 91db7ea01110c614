"""Size of a scaled picture: even sides, square pixels, the same aspect ratio."""

from __future__ import annotations

from fractions import Fraction


def fit_within(display_width: int, display_height: int, max_height: int) -> tuple[int, int]:
    """Width and height of a picture of at most `max_height` lines with the same aspect ratio.

    The height is that of the displayed picture, so a portrait video is limited by its long
    side. Sides are even, because 4:2:0 colour has one sample for two by two pixels. An odd side
    loses one pixel, as it may not grow; only a side of one pixel becomes two.
    """
    height = _even_below(min(display_height, max_height))
    width = _nearest_even(Fraction(display_width * height, display_height))
    return min(width, _even_below(display_width)), height


def fit_inside(display_width: int, display_height: int, width: int, height: int) -> tuple[int, int]:
    """Largest even size of the same aspect ratio that fits into a frame; a small picture is enlarged."""
    scale = min(Fraction(width, display_width), Fraction(height, display_height))
    return (
        min(width, _nearest_even(display_width * scale)),
        min(height, _nearest_even(display_height * scale)),
    )


def _even_below(side: int) -> int:
    return max(2, side - side % 2)


def _nearest_even(side: Fraction) -> int:
    return max(2, 2 * round(side / 2))
