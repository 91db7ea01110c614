"""Tracing of requests: a span for each one, when traces are on."""

from __future__ import annotations

from fastapi import FastAPI

from adapters.process import traces


def trace_requests(app: FastAPI) -> None:
    """Instruments the app, except health checks and the metrics."""
    if not traces.is_on():
        return
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor  # noqa: PLC0415

    # A span for each chunk of an upload's body would be most of the trace.
    FastAPIInstrumentor.instrument_app(
        app, excluded_urls="/health$,/ready$,/metrics$", exclude_spans=["receive", "send"]
    )
