"""Puts the HTTP interface together."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.middleware.cors import CORSMiddleware

from api import problems
from api.dependencies import Parts
from api.gate import Gate, require_gate
from api.headers import SafeHeaders
from api.rate_limits import LimitRates
from api.request_ids import HEADER as REQUEST_ID
from api.request_ids import NameRequests
from api.request_limits import LimitRequests
from api.routes import (
    api_keys,
    documents,
    figures,
    files,
    health,
    library,
    process_video,
    status,
    stream,
    tasks,
    uploads,
    webhooks,
)
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
    "WWW-Authenticate",
    "ETag",
    "Content-Range",
    "Accept-Ranges",
    REQUEST_ID,
)


_ROUTES = (
    uploads,
    status,
    tasks,
    files,
    process_video,
    library,
    stream,
    health,
    figures,
    api_keys,
    webhooks,
    documents,
)


def create_app(parts: Parts, settings: HttpSettings = UNLIMITED) -> FastAPI:
    """The interface over these parts. Nothing is opened here; whoever made the parts closes them."""
    app = FastAPI(
        title="Video pipeline",
        version="0.1.0",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(Gate(settings.open_groups))],
        responses=problems.DOCUMENTED,
    )
    app.state.parts = parts
    problems.install(app)
    for group in _ROUTES:
        app.include_router(group.router)
    require_gate(app)
    # The last one added is the first that a request meets.
    app.add_middleware(LimitRequests)
    app.add_middleware(LimitRates, rates=settings.rates)
    Instrumentator(
        registry=parts.figures.registry, excluded_handlers=["/metrics", "/health", "/ready"]
    ).instrument(app)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "HEAD", "POST", "PATCH", "DELETE"),
            allow_headers=(
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "Prefer",
                "Webhook-Url",
                "Range",
                "If-Range",
            ),
            expose_headers=_EXPOSED,
        )
    app.add_middleware(SafeHeaders, hsts=settings.hsts)
    app.add_middleware(NameRequests)
    return app
