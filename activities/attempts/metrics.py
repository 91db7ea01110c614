"""What the attempts have cost and come to, counted for whoever watches the installation."""

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
    """One for all workers of a process. It belongs inside of what makes an attempt wait for its turn."""

    def __init__(self, meter: MetricMeter) -> None:
        self.work = meter.create_histogram_float(
            "video_pipeline_attempt", "How long attempts worked, by how they ended.", "seconds"
        )
        self.media = meter.create_histogram_float(
            "video_pipeline_media", "Running time of the media that a stage is done with.", "seconds"
        )
        self.retries = meter.create_counter(
            "video_pipeline_attempt_retries", "Attempts that were not the first."
        )
        self.failures = meter.create_counter(
            "video_pipeline_attempt_failures", "Attempts that ended by a fault, by its code."
        )
        self.stalls = meter.create_counter(
            "video_pipeline_stalls", "Attempts that were ended because nothing moved."
        )
        # A series that begins with its first stall would show no rise.
        for stage in Stage:
            self.stalls.add(0, {"stage": stage.value})

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _CountedAttempt(next, self)


class _CountedAttempt(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, metrics: AttemptMetrics) -> None:
        super().__init__(next)
        self._figures = metrics

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        run, metrics = activity.info(), self._figures
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
        # What no table knows is one series, not one for each thing that libraries can raise.
        code = kind if kind in CODES else "Unexpected"
        self._figures.failures.add(1, {**labels, "code": str(code)})
        if code in _STALLS:
            self._figures.stalls.add(1, {"stage": labels["stage"]})
        return "failed"
