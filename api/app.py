"""Application factory of the HTTP interface: routes, access rules, middleware, error handlers."""

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
from api.http.request_ids import RequestIds
from api.http.security_headers import SecurityHeaders
from api.routes.accounts import api_keys, webhook_key
from api.routes.library import process_video, stream, videos
from api.routes.operation import health, metrics
from api.routes.pages import documents, player
from api.routes.tasks import events, files, manage, resumable_upload, status, upload
from api.settings import UNLIMITED, HttpSettings
from api.uploads.tus.middleware import TusProtocol
from domain.version import VERSION

_DESCRIPTION = """\
Send a video; get back a smaller one with subtitles, its language and the animals in it.

Errors are problem documents (RFC 9457) with a stable `code`."""

# Response headers that scripts of other sites may read, beside the ones that CORS always allows.
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
    """Returns the interface over these services. It opens nothing; the caller closes the services."""
    app = interface(settings, services.metrics.registry)
    app.state.services = services
    return app


def interface(settings: HttpSettings = UNLIMITED, registry: CollectorRegistry | None = None) -> FastAPI:
    """Returns the interface without services: enough for its OpenAPI document.

    It can serve requests once `app.state.services` is set. `registry` collects the request metrics.
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
        # Generated clients name their functions after the operation ids.
        generate_unique_id_function=lambda route: route.name,
    )
    problems.install(app)
    for group in _ROUTES:
        app.include_router(group.router)
    require_access_rules(app)
    # The last middleware added is the outermost.
    app.add_middleware(LimitRequests, hosts=settings.hosts)
    app.add_middleware(LimitRates, rates=settings.rates)
    app.add_middleware(TusProtocol)
    # An event stream lasts as long as its task, which would distort the response durations.
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
    app.add_middleware(SecurityHeaders, hsts=settings.hsts)
    app.add_middleware(RequestIds)
    return app
