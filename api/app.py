"""Puts the HTTP interface together."""

from __future__ import annotations

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator

from api import problems
from api.dependencies import Parts
from api.headers import SafeHeaders
from api.routes import documents, files, health, status, tasks, uploads

_DESCRIPTION = """\
Send a video; get back a smaller one with subtitles, its language and the animals in it.

Errors are problem documents (RFC 9457) with a stable `code`."""


def create_app(parts: Parts) -> FastAPI:
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
    for group in (uploads, status, tasks, files, health, documents):
        app.include_router(group.router)
    # A registry of its own, so that two apps in one process don't count together.
    Instrumentator(registry=CollectorRegistry(), excluded_handlers=["/metrics", "/health"]).instrument(
        app
    ).expose(app, tags=["operation"], summary="Figures for Prometheus")
    app.add_middleware(SafeHeaders)
    return app
