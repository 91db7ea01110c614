"""`GET /metrics`: figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.gate import FIGURES, only_for

router = APIRouter(tags=["operation"])


@router.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
@only_for(FIGURES)
async def metrics(request: Request) -> Response:
    """How many requests of which kind were answered how, and how long that took."""
    return Response(generate_latest(request.app.state.figures), media_type=CONTENT_TYPE_LATEST)
