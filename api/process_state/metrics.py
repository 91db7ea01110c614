"""What the API counts for whoever watches the installation, beside what its requests took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector

from adapters.temporal.queues import QueueState
from domain.errors import SenderError

_UPLOADS = ("taken", "refused", "failed")
_STREAMS = ("whole", "left", "failed")


class ApiMetrics:
    """In a registry of their own, so that two apps in one process don't count together."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._uploads = self._counter("uploads", "Uploads, by what became of them.", "outcome")
        self.upload_bytes = self._counter("upload_bytes", "Bytes of uploads that came in whole.")
        self._streams = self._counter("streams", "Files that were sent, by how that ended.", "outcome")
        self.stream_bytes = self._counter("stream_bytes", "Bytes of files that were sent.")
        self.views = self._counter("views", "Videos that were asked for from their beginning.")
        self._viewers = self._gauge("viewers", "Files that are being sent now.")
        self._most_watched = self._gauge("most_watched", "Views of the ten most watched videos.", "video")
        self._queues = tuple(
            self._gauge(name, meaning, "queue", "kind")
            for name, meaning in (
                ("queue_backlog", "Work that waits in a queue."),
                ("queue_backlog_age_seconds", "How long the oldest of it has waited."),
                ("queue_pollers", "Workers that asked for work within 2 min."),
            )
        )
        self._parts = self._gauge("part_ready", "1 while a part that the API needs answers.", "part")
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
        """One upload: `refused` is the sender's to mend, and so is an upload that its sender broke off."""
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
        """One file on its way: `left` when whoever asked for it hangs up."""
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
    def begun_stream(self) -> Iterator[None]:
        """What must go well before the first byte of a file can be sent."""
        try:
            yield
        except Exception:
            self._streams.labels("failed").inc()
            raise

    def set_parts(self, answers: Mapping[str, str]) -> None:
        for part, answer in answers.items():
            self._parts.labels(part).set(1 if answer == "ok" else 0)

    def set_queues(self, states: Sequence[QueueState]) -> None:
        """A queue of which nothing is said has no figure: that is better than an old one."""
        for gauge in self._queues:
            gauge.clear()
        for state in states:
            for gauge, figure in zip(
                self._queues, (state.backlog, state.backlog_age_s, state.pollers), strict=True
            ):
                gauge.labels(state.queue, state.kind).set(figure)

    def set_most_watched(self, videos: Sequence[tuple[str, int]]) -> None:
        self._most_watched.clear()
        for video_id, views in videos:
            self._most_watched.labels(video_id).set(views)

    def forget_state(self) -> None:
        self._parts.clear()
        self.set_queues([])
        self.set_most_watched([])
