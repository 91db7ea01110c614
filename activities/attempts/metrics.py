"""Interceptor that records metrics of attempts: duration, processed media, retries, failures, stalls."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio import activity
from temporalio.common import MetricMeter
from temporalio.exceptions import ApplicationError, is_cancelled_exception
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.attempts.media_done import media_done_us
from domain.errors import (
    CODES,
    AttemptStopped,
    MediaToolStalled,
    ModelStalled,
    leaves,
)
from domain.tasks.state import Stage, stage_of

_STOPS = frozenset(kind.__name__ for kind in leaves(AttemptStopped))
_STALLS = frozenset({MediaToolStalled.__name__, ModelStalled.__name__})


class AttemptMetrics(Interceptor):
    """One for all workers of a process. It must be inside of `AttemptInterceptor`, so that the time an
    attempt waits for its slot is not counted."""

    def __init__(self, meter: MetricMeter) -> None:
        self.work = meter.create_histogram_float(
            "video_pipeline_attempt", "Duration of attempts, by outcome.", "seconds"
        )
        self.media = meter.create_histogram_float(
            "video_pipeline_media", "Running time of the processed media.", "seconds"
        )
        self.retries = meter.create_counter("video_pipeline_attempt_retries", "Attempts after the first one.")
        self.failures = meter.create_counter(
            "video_pipeline_attempt_failures", "Attempts that failed, by error code."
        )
        self.stalls = meter.create_counter(
            "video_pipeline_stalls", "Attempts that were stopped because they made no progress."
        )
        # A series that begins with its first stall would show no increase.
        for stage in Stage:
            self.stalls.add(0, {"stage": stage.value})

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _CountedAttempt(next, self)


class _CountedAttempt(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, metrics: AttemptMetrics) -> None:
        super().__init__(next)
        self._metrics = metrics

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        run, metrics = activity.info(), self._metrics
        stage = stage_of(run.activity_id)
        labels = {
            "stage": stage.value if stage else "none",
            "activity": run.activity_type,
            "queue": run.task_queue,
        }
        if run.attempt > 1:
            metrics.retries.add(1, labels)
        begun_s = asyncio.get_running_loop().time()
        outcome = "stopped"
        try:
            result = await super().execute_activity(input)
            outcome = "done"
        except Exception as error:
            if not is_cancelled_exception(error):
                outcome = self._failed(error, labels)
            raise
        finally:
            metrics.work.record(asyncio.get_running_loop().time() - begun_s, {**labels, "outcome": outcome})
        if media_us := media_done_us(input.args[0] if input.args else None, result):
            metrics.media.record(media_us / 1_000_000, labels)
        return result

    def _failed(self, error: Exception, labels: dict[str, str]) -> str:
        kind = error.type if isinstance(error, ApplicationError) else None
        if kind in _STOPS:
            return "stopped"
        # All unknown errors share one series, instead of one for each class that libraries can raise.
        code = kind if kind in CODES else "Unexpected"
        self._metrics.failures.add(1, {**labels, "code": str(code)})
        if code in _STALLS:
            self._metrics.stalls.add(1, {"stage": labels["stage"]})
        return "failed"
