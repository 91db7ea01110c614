"""`GET /metrics`: figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.access.rules import METRICS, only_for
from api.dependencies import ServicesNeeded

router = APIRouter(tags=["operation"])


@router.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
@only_for(METRICS)
async def metrics(services: ServicesNeeded) -> Response:
    """Requests, uploads, streams, the state of queues and parts; docs/metrics.md explains each."""
    return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_LATEST)
