"""`GET /health`: the process answers. `GET /ready`: so does everything that it needs.

`GET /doctor`: each part is tried, and what is wrong with it is told with its mending.
"""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Response

from api.access.rules import ADMINS, EVERYBODY, only_for
from api.dependencies import ServicesNeeded
from api.operation.health import _MEND, server_answers
from api.schemas.tasks import DoctorAnswer, PartAnswer, ReadyAnswer

router = APIRouter(tags=["operation"])


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
async def ready(response: Response, services: ServicesNeeded) -> ReadyAnswer:
    """Asks Temporal, the object store (whose bucket is made if it is missing) and the catalogue."""
    answers = await server_answers(services)
    all_ready = all(answer == "ok" for answer in answers.values())
    response.status_code = 200 if all_ready else 503
    return ReadyAnswer(ready=all_ready, parts=answers)


@router.get("/doctor", summary="How is every part, and how is what is wrong mended?")
@only_for(ADMINS)
async def doctor(services: ServicesNeeded) -> DoctorAnswer:
    """Asks the servers, and one worker of each queue, which tries its tools and models."""
    servers = [
        PartAnswer(part=name, ok=answer == "ok", detail=answer, mend="" if answer == "ok" else _MEND[name])
        for name, answer in (await server_answers(services)).items()
    ]
    workers: list[PartAnswer] = []
    if servers[0].ok:
        workers = [PartAnswer(**asdict(part)) for part in await services.tasks.diagnostics()]
    return DoctorAnswer(parts=[*servers, *workers])
