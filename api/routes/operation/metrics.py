"""`GET /metrics`: metrics for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.access.rules import METRICS, only_for
from api.dependencies import ServicesNeeded

router = APIRouter(tags=["operation"])


@router.get("/metrics", summary="Metrics for Prometheus", response_class=PlainTextResponse)
@only_for(METRICS)
async def metrics(services: ServicesNeeded) -> Response:
    """Metrics of requests, uploads, streams, queues and services; see docs/metrics.md."""
    return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_LATEST)
