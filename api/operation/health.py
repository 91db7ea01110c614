"""Health of the servers that the API needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from anyio import to_thread

from api.dependencies import Services
from domain.errors import PipelineError

_MEND = {
    "temporal": "Start the Temporal server, or set TEMPORAL_ADDRESS to where it is.",
    "store": "Start the S3 server, or mend S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY.",
    "catalogue": "Start the database, or mend DATABASE_URL.",
}


async def server_answers(services: Services) -> dict[str, str]:
    """`ok`, or the code of what is wrong, for each part that the API needs."""
    answers = await asyncio.gather(
        answer_of(services.tasks.ready()),
        answer_of(to_thread.run_sync(services.store.ensure_bucket)),
        answer_of(services.ask_catalogue(services.catalogue.ready)),
    )
    return dict(zip(_MEND, answers, strict=True))


async def answer_of(asked: Awaitable[None]) -> str:
    try:
        await asked
    except PipelineError as error:
        return error.code
    return "ok"
