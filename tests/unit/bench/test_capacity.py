"""Capacity arithmetic, and the page that holds its tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.benchmarks_page import PAGE, Measured, read_measured
from bench.capacity import (
    DAYS,
    Day,
    Demand,
    Video,
    as_markdown,
    cores_needed,
    limits,
    longest_wait,
    plan,
    rows,
)

ROUND = Measured(
    events=100,
    history_bytes=50_000,
    media_s=100,
    cpu_worker_s=50,
    temporal_s=1,
    api_s=1,
    speech_s=0.1,
    frame_s=0.05,
    answers_a_second=400,
    upload_bytes_a_second=100e6,
    stream_bytes_a_second=800e6,
)


def test_the_demand_of_a_video_is_the_sum_of_its_stages() -> None:
    demand = Demand.of(Video(duration_s=100, chunks=2, sampled_frames=100, spoken_share=0.5), ROUND)
    assert demand.encode_s == 50
    assert demand.model_s == pytest.approx(100 * 0.5 * 0.1 + 100 * 0.05)
    assert demand.events == 114
    assert demand.history_bytes == 57_000


def test_a_day_without_a_peak_needs_exactly_its_work() -> None:
    # Ten videos a minute of 60 CPU s each keep ten cores busy.
    assert cores_needed([10.0] * 1440, 60, 0) == 10


def test_with_a_longer_wait_fewer_cores_serve_the_peak() -> None:
    arrivals = [0.0] * 700 + [100.0] * 40 + [0.0] * 700
    assert cores_needed(arrivals, 60, 0) == 100
    assert cores_needed(arrivals, 60, 1200) < 70
    assert longest_wait(arrivals, 60, cores_needed(arrivals, 60, 1200)) <= 1200


def test_the_arrivals_of_a_day_add_up_to_its_videos() -> None:
    assert sum(Day().arrivals(100_000)) == pytest.approx(100_000)
    assert max(Day().arrivals(1440)) == pytest.approx(1.8)


def test_a_figure_that_is_missing_from_the_page_is_an_error() -> None:
    page = PAGE.read_text().replace("history of one task", "histories of two tasks")
    with pytest.raises(LookupError, match="history of one task"):
        read_measured(page)


def test_the_capacity_page_shows_the_plan_for_the_last_benchmark_run() -> None:
    """Run `python -m bench.capacity` and put its tables into docs/capacity.md."""
    page = (Path(__file__).parents[3] / "docs" / "capacity.md").read_text()
    video, day, measured = Video(), Day(), read_measured(PAGE.read_text())
    assert as_markdown(rows([plan(videos, video, day, measured) for videos in DAYS])) in page
    assert as_markdown(limits(video, day, measured)) in page
