"""`GET /health`: the process answers. `GET /ready`: so does everything that it needs.

`GET /doctor`: each part is tried, and what is wrong with it is told with its mending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import asdict

from anyio import to_thread
from fastapi import APIRouter, Response

from api.answers import DoctorAnswer, PartAnswer, ReadyAnswer
from api.dependencies import Parts, PartsNeeded
from api.gate import ADMINS, EVERYBODY, only_for
from domain.errors import PipelineError

router = APIRouter(tags=["operation"])

_MEND = {
    "temporal": "Start the Temporal server, or set TEMPORAL_ADDRESS to where it is.",
    "store": "Start the S3 server, or mend S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY.",
    "catalogue": "Start the database, or mend DATABASE_URL.",
}


@router.get("/health", summary="Is the API alive?")
@only_for(EVERYBODY)
async def health() -> dict[str, str]:
    """Asks nobody else."""
    return {"status": "alive"}


@router.get(
    "/ready",
    summary="Does everything that the API needs answer?",
    responses={503: {"model": ReadyAnswer, "description": "A part does not answer; it is named."}},
)
@only_for(EVERYBODY)
async def ready(response: Response, parts: PartsNeeded) -> ReadyAnswer:
    """Asks Temporal, the object store (whose bucket is made if it is missing) and the catalogue."""
    answers = await server_answers(parts)
    all_ready = all(answer == "ok" for answer in answers.values())
    response.status_code = 200 if all_ready else 503
    return ReadyAnswer(ready=all_ready, parts=answers)


@router.get("/doctor", summary="How is every part, and how is what is wrong mended?")
@only_for(ADMINS)
async def doctor(parts: PartsNeeded) -> DoctorAnswer:
    """Asks the servers, and one worker of each queue, which tries its tools and models."""
    servers = [
        PartAnswer(part=name, ok=answer == "ok", detail=answer, mend="" if answer == "ok" else _MEND[name])
        for name, answer in (await server_answers(parts)).items()
    ]
    workers: list[PartAnswer] = []
    if servers[0].ok:
        workers = [PartAnswer(**asdict(part)) for part in await parts.tasks.checkup()]
    return DoctorAnswer(parts=[*servers, *workers])


async def server_answers(parts: Parts) -> dict[str, str]:
    """`ok`, or the code of what is wrong, for each part that the API needs."""
    answers = await asyncio.gather(
        answer_of(parts.tasks.ready()),
        answer_of(to_thread.run_sync(parts.store.ensure_bucket)),
        answer_of(parts.ask_catalogue(parts.catalogue.ready)),
    )
    return dict(zip(_MEND, answers, strict=True))


async def answer_of(asked: Awaitable[None]) -> str:
    try:
        await asked
    except PipelineError as error:
        return error.code
    return "ok"
