"""Traces by OpenTelemetry, exported if OTEL_EXPORTER_OTLP_ENDPOINT is set, else off."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence

from opentelemetry import trace
from temporalio.client import Interceptor

from domain.errors import SettingInvalid

# Time that an ending process may take to send its last spans.
_FLUSH_LIMIT_S = 0.4
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_HTTP = "http/protobuf"


def is_on(env: Mapping[str, str] = os.environ) -> bool:
    """True if an endpoint is set; OTEL_SDK_DISABLED overrides it, as OpenTelemetry specifies."""
    disabled = env.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not disabled and any(env.get(name) for name in _ENDPOINTS)


def start(service: str, env: Mapping[str, str] = os.environ) -> None:
    """Start the export of spans, if an endpoint is set; OTEL_SERVICE_NAME overrides the service's name."""
    if not is_on(env):
        return
    protocol = (
        env.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or env.get("OTEL_EXPORTER_OTLP_PROTOCOL") or _HTTP
    )
    if protocol != _HTTP:
        raise SettingInvalid(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r}; spans are sent as {_HTTP} only.")
    # Imported here, so that processes without tracing don't load these.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    name = env.get("OTEL_SERVICE_NAME", f"video-pipeline-{service}")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def interceptors() -> Sequence[Interceptor]:
    """Temporal interceptors that carry a trace from a workflow's start to its activities."""
    if not is_on():
        return ()
    from temporalio.contrib.opentelemetry import TracingInterceptor  # noqa: PLC0415

    return (TracingInterceptor(),)


def finish() -> None:
    """Send the last spans within a short time limit."""
    shutdown = getattr(trace.get_tracer_provider(), "shutdown", None)
    if shutdown is not None:
        sending = threading.Thread(target=shutdown, daemon=True)
        sending.start()
        sending.join(_FLUSH_LIMIT_S)
