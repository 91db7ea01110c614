"""Prometheus metrics of the API, beside the durations of its requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector

from adapters.temporal.queues import QueueState
from domain.errors import SenderError

_UPLOADS = ("taken", "refused", "failed")
_STREAMS = ("whole", "left", "failed")


class ApiMetrics:
    """Metrics with a registry of their own, so that two apps in one process count separately."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._uploads = self._counter("uploads", "Uploads, by outcome.", "outcome")
        self.upload_bytes = self._counter("upload_bytes", "Bytes of complete uploads.")
        self._streams = self._counter("streams", "File downloads, by outcome.", "outcome")
        self.stream_bytes = self._counter("stream_bytes", "Bytes of files sent.")
        self.views = self._counter("views", "Requests for a video from its beginning.")
        self._viewers = self._gauge("viewers", "Files being sent now.")
        self._most_watched = self._gauge("most_watched", "Views of the ten most watched videos.", "video")
        self._queues = tuple(
            self._gauge(name, meaning, "queue", "kind")
            for name, meaning in (
                ("queue_backlog", "Work waiting in a queue."),
                ("queue_backlog_age_seconds", "Waiting time of the oldest work in a queue."),
                ("queue_pollers", "Workers that polled the queue within 2 min."),
            )
        )
        self._parts = self._gauge("part_ready", "1 while a service that the API needs answers.", "part")
        for outcome in _UPLOADS:
            self._uploads.labels(outcome)
        for outcome in _STREAMS:
            self._streams.labels(outcome)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"video_pipeline_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"video_pipeline_{name}", meaning, labels, registry=self.registry)

    @contextmanager
    def upload(self) -> Iterator[None]:
        """Counts one upload: `refused` for an error of the sender, who may also have disconnected."""
        outcome = "failed"
        try:
            yield
            outcome = "taken"
        except SenderError:
            outcome = "refused"
            raise
        finally:
            self._uploads.labels(outcome).inc()

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Counts one download: `left` when the client disconnected."""
        self._viewers.inc()
        outcome = "left"
        try:
            yield
            outcome = "whole"
        except Exception:
            outcome = "failed"
            raise
        finally:
            self._viewers.dec()
            self._streams.labels(outcome).inc()

    @contextmanager
    def stream_start(self) -> Iterator[None]:
        """Counts a failure before the first byte of a download."""
        try:
            yield
        except Exception:
            self._streams.labels("failed").inc()
            raise

    def set_parts(self, answers: Mapping[str, str]) -> None:
        for part, answer in answers.items():
            self._parts.labels(part).set(1 if answer == "ok" else 0)

    def set_queues(self, states: Sequence[QueueState]) -> None:
        """Sets the gauges of these queues and clears all others, so that no old value stays."""
        for gauge in self._queues:
            gauge.clear()
        for state in states:
            for gauge, value in zip(
                self._queues, (state.backlog, state.backlog_age_s, state.pollers), strict=True
            ):
                gauge.labels(state.queue, state.kind).set(value)

    def set_most_watched(self, videos: Sequence[tuple[str, int]]) -> None:
        self._most_watched.clear()
        for video_id, views in videos:
            self._most_watched.labels(video_id).set(views)

    def clear_samples(self) -> None:
        self._parts.clear()
        self.set_queues([])
        self.set_most_watched([])
