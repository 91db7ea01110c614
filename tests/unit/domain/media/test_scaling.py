"""Size of a scaled picture."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.scaling import fit_within


@pytest.mark.parametrize(
    ("display_size", "max_height", "size"),
    [
        ((1920, 1080), 720, (1280, 720)),
        ((3840, 2160), 1080, (1920, 1080)),
        ((1080, 1920), 1080, (608, 1080)),
        ((640, 360), 1080, (640, 360)),
        ((641, 361), 1080, (640, 360)),
        ((427, 240), 1080, (426, 240)),
        ((1920, 1080), 719, (1276, 718)),
        ((1, 1), 1080, (2, 2)),
        ((4096, 2), 1080, (4096, 2)),
        ((10000, 3), 1080, (6666, 2)),
    ],
)
def test_a_size_is_even_and_fits(
    display_size: tuple[int, int], max_height: int, size: tuple[int, int]
) -> None:
    assert fit_within(*display_size, max_height) == size


sides = st.integers(min_value=2, max_value=8192)


@given(width=sides, height=sides, max_height=st.integers(min_value=64, max_value=4320))
def test_any_picture_keeps_its_aspect_ratio_and_never_grows(width: int, height: int, max_height: int) -> None:
    made_width, made_height = fit_within(width, height, max_height)

    assert made_width % 2 == 0
    assert made_height % 2 == 0
    assert 2 <= made_width <= width
    assert 2 <= made_height <= min(height, max_height)
    assert abs(made_width - Fraction(width * made_height, height)) <= 2


@given(width=sides, height=sides)
def test_a_picture_within_the_limit_loses_at_most_one_line(width: int, height: int) -> None:
    assert fit_within(width, height, 8192)[1] == height - height % 2
