"""Sampler of queues, services and most watched videos, every 15 s, so that a metrics scrape never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from adapters.temporal.queues import QueueState
from api.dependencies import Services
from api.operation.health import service_statuses
from domain.errors import CatalogueUnavailable, WorkflowsUnavailable
from workflows.policies import CPU_QUEUE, GPU_QUEUE, QUICK_QUEUE

QUEUES = (
    (CPU_QUEUE, "workflow"),
    (CPU_QUEUE, "activity"),
    (QUICK_QUEUE, "activity"),
    (GPU_QUEUE, "activity"),
)
_EVERY_S = 15
# Each video id is a time series of its own, so there must be few.
_MOST_WATCHED = 10

_log = structlog.get_logger(__name__)


async def run_sampler(services: Services, read_queues: Callable[[], Awaitable[list[QueueState]]]) -> None:
    """Samples until it is cancelled."""
    while True:
        try:
            await sample(services, read_queues)
        except Exception:
            # Without this the gauges would keep their last values as if they were current.
            services.metrics.clear_samples()
            _log.exception("sampling_failed")
        await asyncio.sleep(_EVERY_S)


async def sample(services: Services, read_queues: Callable[[], Awaitable[list[QueueState]]]) -> None:
    """Takes one sample. Values that a service does not return in time are cleared."""
    services.metrics.set_parts(await service_statuses(services))
    try:
        await services.store_views()
        services.metrics.set_most_watched(
            await services.ask_catalogue(services.catalogue.views.most, _MOST_WATCHED)
        )
    except CatalogueUnavailable:
        services.metrics.set_most_watched([])
    try:
        services.metrics.set_queues(await read_queues())
    except WorkflowsUnavailable:
        services.metrics.set_queues([])
