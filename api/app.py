"""Puts the HTTP interface together."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.middleware.cors import CORSMiddleware

from api.access.rate_limits import LimitRates
from api.access.request_limits import LimitRequests
from api.access.rules import AccessRules, require_access_rules
from api.dependencies import Services
from api.http import problems
from api.http.request_ids import HEADER as REQUEST_ID
from api.http.request_ids import NameRequests
from api.http.security_headers import SafeHeaders
from api.routes.accounts import api_keys, webhook_key
from api.routes.library import process_video, stream, videos
from api.routes.operation import health, metrics
from api.routes.pages import documents, player
from api.routes.tasks import events, files, manage, resumable_upload, status, upload
from api.settings import UNLIMITED, HttpSettings
from api.uploads.tus.middleware import SpeakTus
from domain.version import VERSION

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
    "Tus-Resumable",
    "Tus-Version",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Checksum-Algorithm",
    "Upload-Offset",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Expires",
    "Task-Id",
    "Task-Status",
    "Task-Url",
    REQUEST_ID,
)


_ROUTES = (
    upload,
    resumable_upload,
    status,
    manage,
    events,
    files,
    process_video,
    videos,
    stream,
    player,
    health,
    metrics,
    api_keys,
    webhook_key,
    documents,
)


class _Interface(FastAPI):
    def openapi(self) -> dict[str, Any]:
        document: dict[str, Any] = super().openapi()
        document["components"]["schemas"]["Problem"] = problems.SCHEMA
        return document


def create_app(services: Services, settings: HttpSettings = UNLIMITED) -> FastAPI:
    """The interface over these parts. Nothing is opened here; whoever made the parts closes them."""
    app = interface(settings, services.metrics.registry)
    app.state.services = services
    return app


def interface(settings: HttpSettings = UNLIMITED, registry: CollectorRegistry | None = None) -> FastAPI:
    """The interface alone: it can tell its own document, and answer once it is given parts.

    `registry` takes the figures of its requests.
    """
    app = _Interface(
        title="Video pipeline",
        version=VERSION,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(AccessRules(settings.open_groups))],
        responses=problems.DOCUMENTED,
        # The names that generated clients give their functions.
        generate_unique_id_function=lambda route: route.name,
    )
    problems.install(app)
    for group in _ROUTES:
        app.include_router(group.router)
    require_access_rules(app)
    # The last one added is the first that a request meets.
    app.add_middleware(LimitRequests, hosts=settings.hosts)
    app.add_middleware(LimitRates, rates=settings.rates)
    app.add_middleware(SpeakTus)
    # An event stream is as long as its task: among the durations of answers it would mean nothing.
    unmeasured = ["/metrics", "/health", "/ready", "/events$"]
    Instrumentator(registry=registry or CollectorRegistry(), excluded_handlers=unmeasured).instrument(app)
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
                "Tus-Resumable",
                "Upload-Length",
                "Upload-Metadata",
                "Upload-Offset",
                "Upload-Checksum",
                "X-HTTP-Method-Override",
                "X-Requested-With",
                "Last-Event-ID",
            ),
            expose_headers=_EXPOSED,
        )
    app.add_middleware(SafeHeaders, hsts=settings.hsts)
    app.add_middleware(NameRequests)
    return app
