"""Capacity plan for 1,000, 100,000 and 10 million videos a day, from the benchmarks' results.

`python -m bench.capacity` prints the tables of docs/capacity.md. Nothing is measured here: the figures come
from docs/benchmarks.md, the assumptions are in `Video` and `Day`, and a day is simulated minute by minute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.benchmarks_page import PAGE, Measured, read_measured

DAYS = (1_000, 100_000, 10_000_000)
_MINUTES = 24 * 60
_DAY_S = 24 * 3600


@dataclass(frozen=True)
class Video:
    """Assumptions about the average video and its result."""

    duration_s: int = 300
    source_bytes: int = 300_000_000  # 8 Mbit/s
    result_bytes: int = 112_500_000  # 3 Mbit/s
    chunks: int = 10
    sampled_frames: int = 300
    spoken_share: float = 0.6
    views: float = 2.0
    # One client polls the status every 5 s, as a page without events does.
    poll_every_s: float = 5.0


@dataclass(frozen=True)
class Day:
    """Assumptions about a day: the peak is 1.8 times the mean; a video then waits up to 10 minutes."""

    swing: float = 0.8
    longest_wait_s: float = 600.0
    retention_days: int = 3
    kept_days: int = 90

    def arrivals(self, videos: int) -> list[float]:
        """Videos in each minute of the day, with the peak at noon."""
        mean = videos / _MINUTES
        return [mean * (1 - self.swing * math.cos(2 * math.pi * at / _MINUTES)) for at in range(_MINUTES)]


@dataclass(frozen=True)
class Demand:
    """Demand of one video. A chunk adds 3 events of its activity, 3 of a workflow task, 1 of the memo."""

    encode_s: float
    model_s: float
    events: int
    history_bytes: int
    heartbeats: float

    @classmethod
    def of(cls, video: Video, measured: Measured) -> Demand:
        encode_s = measured.encode_a_media_second * video.duration_s
        model_s = measured.speech_s * video.duration_s * video.spoken_share
        model_s += measured.frame_s * video.sampled_frames
        more = 7 * video.chunks
        bytes_an_event = measured.history_bytes / measured.events
        return cls(
            encode_s=encode_s,
            model_s=model_s,
            events=measured.events + more,
            history_bytes=round(measured.history_bytes + more * bytes_an_event),
            # A running activity sends one heartbeat a second and keeps about one core busy.
            heartbeats=encode_s + model_s,
        )


def cores_needed(arrivals: list[float], work_s: float, longest_wait_s: float) -> int:
    """The fewest cores with which no video waits longer, by binary search."""
    too_few, enough = 0, math.ceil(max(arrivals) * work_s / 60) + 1
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if longest_wait(arrivals, work_s, middle) <= longest_wait_s:
            enough = middle
        else:
            too_few = middle
    return enough


def longest_wait(arrivals: list[float], work_s: float, cores: int) -> float:
    """The longest wait in two successive days, as the first may leave a backlog to the second."""
    backlog_s = worst_s = 0.0
    for videos in arrivals * 2:
        backlog_s = max(0.0, backlog_s + videos * work_s - cores * 60)
        worst_s = max(worst_s, backlog_s / cores)
    return worst_s


@dataclass(frozen=True)
class Plan:
    """One column of the table; rates are those of the busiest minute unless named otherwise."""

    videos: int
    starts_a_second: float
    encode_cores: int
    model_cores: int
    open_tasks: float
    status_calls: float
    upload_bytes_a_second: float
    stream_bytes_a_second: float
    kept_bytes: float
    events_a_second: float
    kept_history_bytes: float
    visibility_writes: float
    heartbeats: float
    temporal_cores: float
    rows_a_year: int
    row_writes: float


def plan(videos: int, video: Video, day: Day, measured: Measured) -> Plan:
    demand = Demand.of(video, measured)
    arrivals = day.arrivals(videos)
    starts = max(arrivals) / 60
    encode = cores_needed(arrivals, demand.encode_s, day.longest_wait_s)
    model = cores_needed(arrivals, demand.model_s, day.longest_wait_s)
    # Ten chunks of a video are encoded in parallel, so a task takes less time than its CPU seconds.
    present_s = day.longest_wait_s + demand.encode_s / video.chunks + demand.model_s
    return Plan(
        videos=videos,
        starts_a_second=starts,
        encode_cores=encode,
        model_cores=model,
        open_tasks=starts * present_s,
        status_calls=starts * present_s / video.poll_every_s,
        upload_bytes_a_second=starts * video.source_bytes,
        stream_bytes_a_second=starts * video.views * video.result_bytes,
        kept_bytes=float(videos * day.kept_days * (video.source_bytes + video.result_bytes)),
        events_a_second=starts * demand.events,
        kept_history_bytes=float(videos * day.retention_days * demand.history_bytes),
        # The start, the end, 18 of the memo, 7 of the search attributes, and the memo once a chunk.
        visibility_writes=starts * (27 + video.chunks),
        heartbeats=starts * demand.heartbeats,
        temporal_cores=starts * measured.temporal_s * demand.events / measured.events,
        rows_a_year=videos * 365,
        # At the upload, after the probe and at the end.
        row_writes=starts * 3,
    )


def rows(plans: list[Plan]) -> list[tuple[str, ...]]:
    return [
        ("videos a day", *(f"{plan.videos:,}" for plan in plans)),
        ("started a second, busiest minute", *(_short(plan.starts_a_second) for plan in plans)),
        ("cores of CPU workers", *(f"{plan.encode_cores:,}" for plan in plans)),
        ("cores of GPU workers without a GPU", *(f"{plan.model_cores:,}" for plan in plans)),
        ("tasks open at once, waiting or running", *(_short(plan.open_tasks) for plan in plans)),
        ("status calls a second, with no events", *(_short(plan.status_calls) for plan in plans)),
        ("uploaded", *(f"{_bytes(plan.upload_bytes_a_second)}/s" for plan in plans)),
        ("streamed", *(f"{_bytes(plan.stream_bytes_a_second)}/s" for plan in plans)),
        ("stored objects", *(_bytes(plan.kept_bytes) for plan in plans)),
        ("events a second", *(_short(plan.events_a_second) for plan in plans)),
        ("history stored by Temporal", *(_bytes(plan.kept_history_bytes) for plan in plans)),
        ("visibility writes a second", *(_short(plan.visibility_writes) for plan in plans)),
        ("heartbeats a second", *(_short(plan.heartbeats) for plan in plans)),
        ("cores of Temporal, as the dev server needs them", *(_short(plan.temporal_cores) for plan in plans)),
        ("rows of the catalogue a year", *(f"{plan.rows_a_year:,}" for plan in plans)),
        ("row writes a second", *(_short(plan.row_writes) for plan in plans)),
    ]


def reached_at(limit: float, of_one_video_a_day: float) -> int:
    """The videos a day at which a component reaches its `limit` in the busiest minute."""
    return int(limit / of_one_video_a_day)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _bytes(value: float) -> str:
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:,.3g} PB" if value < 1000 else f"{value / 1000:,.3g} EB"


def as_markdown(table: list[tuple[str, ...]]) -> str:
    head, *body = table
    lines = [head, ("---", *("---:" for _ in head[1:])), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def limits(video: Video, day: Day, measured: Measured) -> list[tuple[str, ...]]:
    """Table of the limits of measured components; the page names those that were not measured."""
    million = plan(1_000_000, video, day, measured)
    components = (
        ("one API, status", measured.answers_a_second, million.status_calls, "answers/s"),
        ("one API, uploads", measured.upload_bytes_a_second, million.upload_bytes_a_second, "B/s"),
        ("one API, streams", measured.stream_bytes_a_second, million.stream_bytes_a_second, "B/s"),
        ("one core of Temporal's dev server", 1.0, million.temporal_cores, "core"),
    )
    table: list[tuple[str, ...]] = [("part", "capacity", "limit, videos a day")]
    for name, limit, of_million, unit in components:
        limit_text = f"{_bytes(limit)}/s" if unit == "B/s" else f"{limit:,.0f} {unit}"
        table.append((name, limit_text, f"{reached_at(limit, of_million / 1_000_000):,}"))
    return table


def main() -> None:
    video, day, measured = Video(), Day(), read_measured(PAGE.read_text())
    print(as_markdown(rows([plan(videos, video, day, measured) for videos in DAYS])))
    print()
    print(as_markdown(limits(video, day, measured)))


if __name__ == "__main__":
    main()
