"""How the product's processes reach Temporal, and how its pending activities are read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
)
from temporalio.common import MetricMeter
from temporalio.converter import DataConverter
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode

from adapters import telemetry
from adapters.log_context import LogContext
from adapters.settings import TemporalSettings
from domain.errors import WorkflowsUnavailable
from domain.live_status import PendingActivity
from domain.messages import Beat
from domain.stages import Fault, Stage, stage_of

# The SDK's default buckets end at a minute; a stage, and its wait for a GPU, takes longer.
_LATENCY_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
# Named as they are before the SDK adds their unit; the buckets of another name are silently not used.
_LONG = (
    "temporal_activity_schedule_to_start_latency",
    "temporal_activity_execution_latency",
    "temporal_activity_succeed_endtoend_latency",
    "temporal_workflow_endtoend_latency",
    "video_pipeline_attempt",
    "video_pipeline_media",
)


async def connect(settings: TemporalSettings, *, lazy: bool = False) -> Client:
    """A client of the settings' namespace. A lazy one connects with its first call."""
    return await Client.connect(
        settings.address,
        namespace=settings.namespace,
        lazy=lazy,
        runtime=_runtime(settings),
        interceptors=[LogContext(), *telemetry.interceptors()],
    )


def meter_of(client: Client) -> MetricMeter:
    """Where a worker's own figures go; they are told beside the SDK's, or nowhere when those are off."""
    runtime = client.service_client.config.runtime
    return runtime.metric_meter if runtime else MetricMeter.noop


def _runtime(settings: TemporalSettings) -> Runtime | None:
    if settings.metrics_address is None:
        return None
    metrics = PrometheusConfig(
        bind_address=settings.metrics_address,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides=dict.fromkeys(_LONG, _LATENCY_BUCKETS_S),
    )
    return Runtime(telemetry=TelemetryConfig(metrics=metrics))


async def pending_stages(description: WorkflowExecutionDescription) -> list[PendingActivity]:
    """The activities of stages that Temporal waits for, with their last heartbeats."""
    infos = description.raw_description.pending_activities
    return [
        await _pending_stage(info, stage, description.data_converter)
        for info in infos
        if (stage := stage_of(info.activity_id)) is not None
    ]


async def _pending_stage(
    info: PendingActivityInfo, stage: Stage, converter: DataConverter
) -> PendingActivity:
    beat = await _beat(info.heartbeat_details.payloads, converter)
    beaten = info.last_heartbeat_time if beat and info.HasField("last_heartbeat_time") else None
    return PendingActivity(
        stage=stage,
        attempt=info.attempt,
        running=info.state != PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED,
        fraction=_fraction(beat) if beat else 0.0,
        beat_us=beaten.ToMicroseconds() if beaten else None,
        last_fault=_fault(info) if info.HasField("last_failure") else None,
        frames=beat.frames if beat else 0,
    )


def _fraction(beat: Beat) -> float:
    """A chunk's progress stays what it was until the new attempt has come as far."""
    return max(beat.fraction, beat.reached) if beat.frames else beat.fraction


async def _beat(payloads: Sequence[object], converter: DataConverter) -> Beat | None:
    if not payloads:
        return None
    beats: list[Beat] = await converter.decode(payloads, [Beat])  # type: ignore[arg-type]
    return beats[0]


def _fault(info: PendingActivityInfo) -> Fault:
    failure = info.last_failure
    kind = failure.application_failure_info.type if failure.HasField("application_failure_info") else ""
    return Fault(code=kind or "AttemptLost", message=failure.message)


async def keep_schedule(
    client: Client, schedule_id: str, action: ScheduleActionStartWorkflow, every: timedelta
) -> None:
    """Make the schedule, or bring the one that is there up to date; harmless when many workers do it."""
    schedule = Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        # One that takes longer than its interval is not joined by another.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    try:
        await client.create_schedule(schedule_id, schedule)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(schedule_id).update(lambda _: ScheduleUpdate(schedule))


class RunningTasks:
    """Asks Temporal, from an activity's thread, whether a task is running."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._loop = asyncio.get_running_loop()

    def is_running(self, task_id: str) -> bool:
        """Raises `WorkflowsUnavailable` when Temporal does not answer."""
        asked = asyncio.run_coroutine_threadsafe(self._status(task_id), self._loop)
        return asked.result() is WorkflowExecutionStatus.RUNNING

    async def _status(self, task_id: str) -> WorkflowExecutionStatus | None:
        handle = self._client.get_workflow_handle(task_id)
        try:
            return (await handle.describe(rpc_timeout=timedelta(seconds=10))).status
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise WorkflowsUnavailable(f"Temporal does not answer: {error}") from error
