"""OTLP receiver that decodes the product's exported spans, as a collector would."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class TakenSpan:
    """A received span. `parent_id` is empty for the first span of a trace."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class OtlpReceiver:
    endpoint: str
    spans: list[TakenSpan] = field(default_factory=list)

    def trace_of(self, **attributes: str) -> list[TakenSpan]:
        """All spans received so far of the trace that has a span with these attributes."""
        spans = list(self.spans)
        traces = {span.trace_id for span in spans if attributes.items() <= span.attributes.items()}
        return [span for span in spans if span.trace_id in traces]


@contextmanager
def otlp_receiver() -> Iterator[OtlpReceiver]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    receiver = OtlpReceiver(f"http://127.0.0.1:{server.server_port}")
    server.receiver = receiver  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert self.path == "/v1/traces"
        self.server.receiver.spans += _decoded(body)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return None


def _decoded(body: bytes) -> list[TakenSpan]:
    taken = []
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        (service,) = [
            attribute.value.string_value
            for attribute in resource.resource.attributes
            if attribute.key == "service.name"
        ]
        for scope in resource.scope_spans:
            taken += [
                TakenSpan(
                    service,
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    {pair.key: pair.value.string_value for pair in span.attributes},
                )
                for span in scope.spans
            ]
    return taken
