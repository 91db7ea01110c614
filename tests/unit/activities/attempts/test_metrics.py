"""Metrics of attempts, read from the SDK's metric buffer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.runtime import MetricBuffer, Runtime, TelemetryConfig
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.attempts.failures import as_failure
from activities.attempts.metrics import AttemptMetrics
from domain.errors import AttemptDrained, MediaToolStalled, StoreUnavailable
from domain.media.chunks import Chunk, FrameClock
from domain.media.source import Ratio
from domain.messages.encode import EncodeChunkInput, EncodedChunk, EncodeOrder
from domain.storage.artifact import Artifact
from tests.workflows.script import MEDIA

SOURCE = Artifact("videos/original/v/source", "video/mp4", 1, "0" * 64)
# 12 s on a clock of 1/1000 s.
CHUNK = EncodeChunkInput(
    EncodeOrder("task-1", SOURCE, MEDIA, 1080), FrameClock(Ratio(1, 1000), 0), Chunk(0, 0, 12_000, 300, 0)
)


class Work(ActivityInboundInterceptor):
    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        return self._work()


class Counted:
    """Attempts of one chunk, and the metrics that they recorded."""

    def __init__(self) -> None:
        self._buffer = MetricBuffer(1000)
        self.metrics = AttemptMetrics(Runtime(telemetry=TelemetryConfig(metrics=self._buffer)).metric_meter)

    async def attempt(self, number: int, work: Callable[[], Any]) -> Any:
        env = ActivityEnvironment()
        env.info = replace(
            env.info,
            activity_id="downscale.chunk-0000.1",
            activity_type="encode_chunk",
            task_queue="cpu",
            attempt=number,
        )
        counted = self.metrics.intercept_activity(Work(work))

        async def run() -> Any:
            return await counted.execute_activity(
                ExecuteActivityInput(fn=work, args=[CHUNK], executor=None, headers={})
            )

        return await env.run(run)

    def of(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        """Sums of a metric by these labels, without zeros."""
        sums: dict[tuple[str, ...], float] = {}
        for update in self._updates():
            if update.metric.name == name and update.value:
                key = tuple(str(update.attributes[label]) for label in labels)
                sums[key] = sums.get(key, 0) + update.value
        return sums

    def ends(self) -> list[str]:
        updates = [update for update in self._updates() if update.metric.name == "video_pipeline_attempt"]
        return [str(update.attributes["outcome"]) for update in updates]

    def _updates(self) -> list[Any]:
        self._all_updates = [*getattr(self, "_all_updates", []), *self._buffer.retrieve_updates()]
        return self._all_updates


def failing(error: BaseException) -> Callable[[], Any]:
    def work() -> Any:
        raise error

    return work


async def test_an_encoded_chunk_counts_its_media() -> None:
    counted = Counted()
    await counted.attempt(1, lambda: EncodedChunk(SOURCE))

    assert counted.of("video_pipeline_media", "stage", "activity", "queue") == {
        ("downscale", "encode_chunk", "cpu"): 12.0
    }
    assert counted.ends() == ["done"]
    assert counted.of("video_pipeline_attempt_retries") == {}


async def test_a_cached_chunk_counts_no_media() -> None:
    counted = Counted()
    await counted.attempt(1, lambda: EncodedChunk(SOURCE, reused=True))

    assert counted.of("video_pipeline_media") == {}


async def test_an_attempt_after_the_first_is_a_retry() -> None:
    counted = Counted()
    await counted.attempt(2, lambda: EncodedChunk(SOURCE))
    await counted.attempt(3, lambda: EncodedChunk(SOURCE))

    assert counted.of("video_pipeline_attempt_retries", "activity") == {("encode_chunk",): 2}


async def test_a_fault_is_counted_by_its_code_and_its_attempt_as_failed() -> None:
    counted = Counted()
    with pytest.raises(ApplicationError):
        await counted.attempt(1, failing(as_failure(StoreUnavailable("no answer"))))
    with pytest.raises(KeyError):
        await counted.attempt(1, failing(KeyError("a library's own")))

    assert counted.of("video_pipeline_attempt_failures", "stage", "code") == {
        ("downscale", "StoreUnavailable"): 1,
        ("downscale", "Unexpected"): 1,
    }
    assert counted.ends() == ["failed", "failed"]


async def test_a_stall_is_a_fault_and_counted_for_its_stage_too() -> None:
    counted = Counted()
    with pytest.raises(ApplicationError):
        await counted.attempt(1, failing(as_failure(MediaToolStalled("no progress"))))

    assert counted.of("video_pipeline_stalls", "stage") == {("downscale",): 1}
    assert counted.of("video_pipeline_attempt_failures", "code") == {("MediaToolStalled",): 1}


async def test_a_stopped_attempt_is_no_failure() -> None:
    counted = Counted()
    with pytest.raises(ApplicationError):
        await counted.attempt(1, failing(as_failure(AttemptDrained("the worker goes"))))
    with pytest.raises(CancelledError):
        await counted.attempt(1, failing(CancelledError("the task was cancelled")))

    assert counted.of("video_pipeline_attempt_failures") == {}
    assert counted.ends() == ["stopped", "stopped"]
