"""Plan of the chunks of a long encode."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media.chunks import Chunk, FrameClock, FrameIndex, chunk_length_us, chunk_starts, plan_chunks
from domain.media.source import Ratio

MILLISECONDS = FrameClock(Ratio(1, 1000), 0)


def steady(seconds: int, key_every: int = 250, clock: FrameClock = MILLISECONDS) -> FrameIndex:
    """Frame index of 25 frames a second, in milliseconds."""
    pts = [40 * number for number in range(25 * seconds)]
    return FrameIndex(clock, pts, pts[::key_every])


@pytest.mark.parametrize(
    ("duration_s", "length_s"), [(61, 12), (144, 12), (180, 18), (600, 54), (720, 60), (7200, 60)]
)
def test_a_chunk_is_a_multiple_of_six_seconds_and_at_most_a_minute(duration_s: int, length_s: int) -> None:
    assert chunk_length_us(duration_s * 1_000_000) == length_s * 1_000_000


def test_a_steady_picture_is_cut_at_every_multiple_of_the_length() -> None:
    chunks = plan_chunks(steady(60), 12_000_000, seeks_exactly=True)

    assert [(chunk.start_pts, chunk.end_pts, chunk.frames) for chunk in chunks] == [
        (0, 12000, 300),
        (12000, 24000, 300),
        (24000, 36000, 300),
        (36000, 48000, 300),
        (48000, 59961, 300),
    ]


def test_a_rest_of_less_than_half_a_chunk_is_added_to_the_last_one() -> None:
    chunks = plan_chunks(steady(29), 12_000_000, seeks_exactly=True)

    assert [chunk.frames for chunk in chunks] == [300, 425]


def test_reading_starts_at_the_last_key_frame_before_a_chunk() -> None:
    chunks = plan_chunks(steady(60), 12_000_000, seeks_exactly=True)

    assert [chunk.seek_us for chunk in chunks] == [0, 10_200_000, 20_200_000, 30_200_000, 40_200_000]


def test_without_an_index_reading_starts_a_second_before_that_key_frame() -> None:
    chunks = plan_chunks(steady(60), 12_000_000, seeks_exactly=False)

    assert chunks[1].seek_us == 9_000_000


def test_a_gap_of_many_chunks_makes_no_empty_ones() -> None:
    pts = [*range(0, 12_000, 40), *range(100_000, 112_000, 40)]
    chunks = plan_chunks(FrameIndex(MILLISECONDS, pts, [0, 100_000]), 12_000_000, seeks_exactly=True)

    assert [chunk.frames for chunk in chunks] == [300, 300]


def test_chunks_start_on_the_grid_of_a_constant_rate() -> None:
    clock = FrameClock(Ratio(1, 1000), 0)
    chunks = (Chunk(0, 0, 12_012, 360, 0), Chunk(1, 12_012, 24_024, 360, 0))

    assert chunk_starts(chunks, clock, Ratio(30000, 1001)) == [0, Fraction(360 * 1001, 30000)]


def test_the_first_frame_may_come_after_the_medias_beginning() -> None:
    assert FrameClock(Ratio(1, 90000), 131_110).media_us(133_200) == 23_222


def test_a_picture_that_begins_without_a_key_frame_is_no_index() -> None:
    with pytest.raises(ValueError, match="key frame"):
        FrameIndex(MILLISECONDS, [0, 40], [40])


@given(
    gaps=st.lists(st.integers(1, 30_000), min_size=1, max_size=400),
    first=st.integers(-5_000, 5_000_000),
    keys=st.sets(st.integers(0, 399)),
    length_s=st.sampled_from([12, 18, 60]),
)
def test_every_frame_is_in_exactly_one_chunk(
    gaps: list[int], first: int, keys: set[int], length_s: int
) -> None:
    pts = [first]
    for gap in gaps:
        pts.append(pts[-1] + gap)
    key_pts = [pts[number] for number in sorted({0, *keys}) if number < len(pts)]
    index = FrameIndex(FrameClock(Ratio(1, 1000), first), pts, key_pts)

    chunks = plan_chunks(index, length_s * 1_000_000, seeks_exactly=True)

    for chunk in chunks:
        inside = [time for time in pts if chunk.start_pts <= time < chunk.end_pts]
        assert len(inside) == chunk.frames
        assert inside[0] == chunk.start_pts
        assert chunk.seek_us <= chunk.start_pts * 1000
    assert sum(chunk.frames for chunk in chunks) == len(pts)
    assert [chunk.start_pts for chunk in chunks[1:]] == [chunk.end_pts for chunk in chunks[:-1]]
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
