"""Temporal client of each process, with its metrics and interceptors."""

from __future__ import annotations

from temporalio.client import (
    Client,
)
from temporalio.common import MetricMeter
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from adapters.process import traces
from adapters.settings import TemporalSettings
from adapters.temporal.log_context import LogContext

# The SDK's default buckets end at a minute; a stage and its wait for a GPU can take longer.
_LATENCY_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
# Names without the unit, which the SDK adds; an unknown name is ignored silently.
_LONG_LATENCIES = (
    "temporal_activity_schedule_to_start_latency",
    "temporal_activity_execution_latency",
    "temporal_activity_succeed_endtoend_latency",
    "temporal_workflow_endtoend_latency",
    "video_pipeline_attempt",
    "video_pipeline_media",
)


async def connect(settings: TemporalSettings, *, lazy: bool = False) -> Client:
    """Client of the settings' namespace. A lazy one connects at its first call."""
    return await Client.connect(
        settings.address,
        namespace=settings.namespace,
        lazy=lazy,
        runtime=_runtime(settings),
        interceptors=[LogContext(), *traces.interceptors()],
    )


def meter_of(client: Client) -> MetricMeter:
    """Meter for a worker's own metrics: exported with the SDK's, or a no-op if those are off."""
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
        histogram_bucket_overrides=dict.fromkeys(_LONG_LATENCIES, _LATENCY_BUCKETS_S),
    )
    return Runtime(telemetry=TelemetryConfig(metrics=metrics))
