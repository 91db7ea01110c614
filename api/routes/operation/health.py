"""`GET /health`: liveness. `GET /ready`: readiness of the services that the API needs.

`GET /doctor`: diagnostics of each component, with the fix for each problem.
"""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Response

from api.access.rules import ADMINS, EVERYBODY, only_for
from api.dependencies import ServicesNeeded
from api.operation.health import FIXES, service_statuses
from api.schemas.tasks import DoctorAnswer, PartAnswer, ReadyAnswer

router = APIRouter(tags=["operation"])


@router.get("/health", summary="Check that the API is alive")
@only_for(EVERYBODY)
async def health() -> dict[str, str]:
    """Liveness of this process; checks no other service."""
    return {"status": "alive"}


@router.get(
    "/ready",
    summary="Check that the API is ready",
    responses={503: {"model": ReadyAnswer, "description": "A service does not answer; `parts` names it."}},
)
@only_for(EVERYBODY)
async def ready(response: Response, services: ServicesNeeded) -> ReadyAnswer:
    """Checks Temporal, the object store (and creates a missing bucket) and the catalogue's database."""
    answers = await service_statuses(services)
    all_ready = all(answer == "ok" for answer in answers.values())
    response.status_code = 200 if all_ready else 503
    return ReadyAnswer(ready=all_ready, parts=answers)


@router.get("/doctor", summary="Diagnose every component")
@only_for(ADMINS)
async def doctor(services: ServicesNeeded) -> DoctorAnswer:
    """Checks the servers, and the tools and models of one worker of each queue. `mend` has the fix."""
    servers = [
        PartAnswer(part=name, ok=answer == "ok", detail=answer, mend="" if answer == "ok" else FIXES[name])
        for name, answer in (await service_statuses(services)).items()
    ]
    workers: list[PartAnswer] = []
    if servers[0].ok:
        workers = [PartAnswer(**asdict(part)) for part in await services.tasks.diagnostics()]
    return DoctorAnswer(parts=[*servers, *workers])
