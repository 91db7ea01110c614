"""Traces by OpenTelemetry: on when OTEL_EXPORTER_OTLP_ENDPOINT names who takes them, else nothing at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence

from opentelemetry import trace
from temporalio.client import Interceptor

from domain.errors import SettingInvalid

# What a process that ends may still take to hand over its last spans.
_LAST_WORDS_S = 0.4
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_HTTP = "http/protobuf"


def is_on(env: Mapping[str, str] = os.environ) -> bool:
    """OTEL_SDK_DISABLED wins, as OpenTelemetry's own documents have it."""
    disabled = env.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not disabled and any(env.get(name) for name in _ENDPOINTS)


def start(service: str, env: Mapping[str, str] = os.environ) -> None:
    """Export this process's spans from now on, if an endpoint is named; OTEL_SERVICE_NAME may rename it."""
    if not is_on(env):
        return
    protocol = (
        env.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or env.get("OTEL_EXPORTER_OTLP_PROTOCOL") or _HTTP
    )
    if protocol != _HTTP:
        raise SettingInvalid(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r}; spans are sent as {_HTTP} only.")
    # Only a process that traces pays for what tracing needs.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    name = env.get("OTEL_SERVICE_NAME", f"video-pipeline-{service}")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def interceptors() -> Sequence[Interceptor]:
    """What follows a trace through Temporal: from whoever starts a workflow to its activities."""
    if not is_on():
        return ()
    from temporalio.contrib.opentelemetry import TracingInterceptor  # noqa: PLC0415

    return (TracingInterceptor(),)


def finish() -> None:
    """Hand over the last spans, without holding up a process that is told to end."""
    shutdown = getattr(trace.get_tracer_provider(), "shutdown", None)
    if shutdown is not None:
        sending = threading.Thread(target=shutdown, daemon=True)
        sending.start()
        sending.join(_LAST_WORDS_S)
