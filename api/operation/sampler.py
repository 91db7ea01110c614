"""Asks every 15 s how queues and parts are and what is watched most: a scrape waits for none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from adapters.temporal.queues import QueueState
from api.dependencies import Services
from api.operation.health import server_answers
from domain.errors import CatalogueUnavailable, WorkflowsUnavailable
from workflows.policies import CPU_QUEUE, GPU_QUEUE, QUICK_QUEUE

QUEUES = (
    (CPU_QUEUE, "workflow"),
    (CPU_QUEUE, "activity"),
    (QUICK_QUEUE, "activity"),
    (GPU_QUEUE, "activity"),
)
_EVERY_S = 15
# Each is a series: few enough to hold an id.
_MOST_WATCHED = 10

_log = structlog.get_logger(__name__)


async def run_sampler(services: Services, ask_queues: Callable[[], Awaitable[list[QueueState]]]) -> None:
    """Never ends by itself."""
    while True:
        try:
            await sample(services, ask_queues)
        except Exception:
            # A watch that ended would leave its last figures standing as if they were true.
            services.metrics.forget_state()
            _log.exception("watch_failed")
        await asyncio.sleep(_EVERY_S)


async def sample(services: Services, ask_queues: Callable[[], Awaitable[list[QueueState]]]) -> None:
    """Once. What Temporal does not tell in time has no figure."""
    services.metrics.set_parts(await server_answers(services))
    try:
        await services.store_views()
        services.metrics.set_most_watched(
            await services.ask_catalogue(services.catalogue.views.most, _MOST_WATCHED)
        )
    except CatalogueUnavailable:
        services.metrics.set_most_watched([])
    try:
        services.metrics.set_queues(await ask_queues())
    except WorkflowsUnavailable:
        services.metrics.set_queues([])
