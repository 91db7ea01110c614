"""Puts the HTTP interface together."""

from __future__ import annotations

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse

from api import problems
from api.dependencies import Parts
from api.headers import SafeHeaders
from api.rate_limits import LimitRates
from api.request_limits import LimitRequests
from api.routes import documents, files, health, library, process_video, status, stream, tasks, uploads
from api.settings import UNLIMITED, HttpSettings

_DESCRIPTION = """\
Send a video; get back a smaller one with subtitles, its language and the animals in it.

Errors are problem documents (RFC 9457) with a stable `code`."""

# What a page of another site may read of an answer, beside what every page may.
_EXPOSED = (
    "Location",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "ETag",
    "Content-Range",
    "Accept-Ranges",
)


def create_app(parts: Parts, settings: HttpSettings = UNLIMITED) -> FastAPI:
    """The interface over these parts. Nothing is opened here; whoever made the parts closes them."""
    app = FastAPI(
        title="Video pipeline",
        version="0.1.0",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        responses=problems.DOCUMENTED,
    )
    app.state.parts = parts
    problems.install(app)
    groups = (uploads, status, tasks, files, process_video, library, stream, health, documents)
    for group in groups:
        app.include_router(group.router)
    # An included router hides its routes, and a 405 has to name them.
    app.state.routes = [route for group in groups for route in group.router.routes]
    # A registry of its own, so that two apps in one process don't count together.
    Instrumentator(registry=CollectorRegistry(), excluded_handlers=["/metrics", "/health"]).instrument(
        app
    ).expose(app, tags=["operation"], summary="Figures for Prometheus", response_class=PlainTextResponse)
    # The last one added is the first that a request meets.
    app.add_middleware(LimitRequests)
    app.add_middleware(LimitRates, rates=settings.rates)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "HEAD", "POST", "PATCH", "DELETE"),
            allow_headers=("Content-Type", "Idempotency-Key", "Prefer", "Range", "If-Range"),
            expose_headers=_EXPOSED,
        )
    app.add_middleware(SafeHeaders, hsts=settings.hsts)
    return app
