"""Main module of the API process: reads the settings, connects the services, serves until SIGTERM."""

from __future__ import annotations

import asyncio
import os
import socket
from functools import partial

import structlog
import uvicorn

from adapters import settings
from adapters.accounts import IssuerKeys, OidcSettings, OidcTokens, read_oidc
from adapters.catalogue import ApiKeys, Catalogue, read_catalogue, upgrade
from adapters.catalogue import connect as connect_catalogue
from adapters.object_store import S3ObjectStore
from adapters.process.main import run_main
from adapters.temporal.client import connect as connect_temporal
from adapters.temporal.queues import queue_states
from adapters.webhooks import read_webhooks
from api.access.accounts import Accounts, OidcAccounts, OneLocalUser, require_loopback
from api.app import create_app
from api.dependencies import Services
from api.http.tracing import trace_requests
from api.operation.reconciler import run_reconciler
from api.operation.sampler import QUEUES, run_sampler
from api.process_state.task_feeds import TaskFeeds
from api.settings import read_http, read_library
from api.tasks.temporal import TemporalTasks
from domain.errors import CatalogueUnavailable, PassingError

_log = structlog.get_logger(__name__)

# Time for running uploads to finish when the process is stopped.
_GRACE_S = 30
# Longer than a reverse proxy keeps an idle connection, so that it never writes to one that closes.
_IDLE_S = 75
# Further connections get a 503 at once, so that a flood can't use up all file descriptors.
_MOST_CONNECTIONS = 1000
_LONGEST_HEAD_BYTES = 16 * 1024


class _Server(uvicorn.Server):
    """Server that closes the event streams first: uvicorn waits for all responses before it stops."""

    def __init__(self, config: uvicorn.Config, services: Services) -> None:
        super().__init__(config)
        self._services = services

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._services.events.close()
        await super().shutdown(sockets)
        try:
            await self._services.store_views()
        except CatalogueUnavailable as error:
            _log.warning("views_not_kept", reason=str(error))


async def serve() -> None:
    """Serves until SIGTERM or SIGINT. Temporal and the store may start later; see `/ready`."""
    host = os.environ.get("API_HOST", "127.0.0.1")
    oidc = _oidc(host)
    catalogue_settings = read_catalogue()
    upgrade(catalogue_settings)
    engine = connect_catalogue(catalogue_settings)
    store = S3ObjectStore(settings.read_store())
    try:
        store.ensure_bucket()
    except PassingError as error:
        _log.warning("store_not_ready", reason=str(error))
    http = read_http()
    temporal = await connect_temporal(settings.read_temporal(), lazy=True)
    api_keys = ApiKeys(engine)
    services = Services(
        store=store,
        catalogue=Catalogue(engine),
        tasks=TemporalTasks(temporal),
        settings=settings.read_tasks(),
        quotas=http.quotas,
        events=TaskFeeds(http.listeners_each, http.listeners),
        library=read_library(),
        api_keys=api_keys,
        accounts=_accounts(oidc, api_keys),
        webhook_secret=read_webhooks().secret,
    )
    app = create_app(services, http)
    trace_requests(app)
    server = _Server(
        uvicorn.Config(
            app,
            host=host,
            port=settings.positive(os.environ.get("API_PORT", "8000"), "API_PORT"),
            server_header=False,
            # Forwarded addresses are trusted only from the proxies that the operator names.
            proxy_headers=bool(http.trusted_proxies),
            forwarded_allow_ips=list(http.trusted_proxies),
            timeout_keep_alive=_IDLE_S,
            limit_concurrency=_MOST_CONNECTIONS,
            h11_max_incomplete_event_size=_LONGEST_HEAD_BYTES,
            http="h11",
            log_config=None,
            # `RequestIds` logs each request, with its id and without its query.
            access_log=False,
            timeout_graceful_shutdown=_GRACE_S,
        ),
        services,
    )
    background_tasks = [
        asyncio.create_task(run_reconciler(services)),
        asyncio.create_task(run_sampler(services, partial(queue_states, temporal, QUEUES))),
    ]
    try:
        await server.serve()
    finally:
        for task in background_tasks:
            task.cancel()
        engine.dispose()


def _oidc(host: str) -> OidcSettings | None:
    """Settings of the accounts; read first, so that an API open to the network never starts without them."""
    oidc = read_oidc()
    if oidc is None:
        require_loopback(host)
    elif oidc.issuer.startswith("http:"):
        _log.warning(
            "issuer_without_tls",
            issuer=oidc.issuer,
            reason="use https: without TLS its keys can be replaced in transit",
        )
    return oidc


def _accounts(oidc: OidcSettings | None, api_keys: ApiKeys) -> Accounts:
    if oidc is None:
        return OneLocalUser()
    return OidcAccounts(OidcTokens(oidc, IssuerKeys(oidc.issuer)), api_keys)


if __name__ == "__main__":
    run_main(serve, "api")
