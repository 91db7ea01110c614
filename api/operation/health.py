"""Health checks of the services that the API needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from anyio import to_thread

from api.dependencies import Services
from domain.errors import PipelineError

FIXES = {
    "temporal": "Start the Temporal server, or correct TEMPORAL_ADDRESS.",
    "store": "Start the S3 server, or correct S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY.",
    "catalogue": "Start the database, or correct DATABASE_URL.",
}


async def service_statuses(services: Services) -> dict[str, str]:
    """Returns `ok` or the error code for each service that the API needs."""
    answers = await asyncio.gather(
        status_of(services.tasks.ready()),
        status_of(to_thread.run_sync(services.store.ensure_bucket)),
        status_of(services.ask_catalogue(services.catalogue.ready)),
    )
    return dict(zip(FIXES, answers, strict=True))


async def status_of(check: Awaitable[None]) -> str:
    """Returns `ok`, or the code of the error that the check raised."""
    try:
        await check
    except PipelineError as error:
        return error.code
    return "ok"
