"""`GET /status/{task_id}`: status of a task."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from api.access.rules import USERS, only_for
from api.dependencies import CallerKnown, ServicesNeeded, TaskId
from api.http.clock import now_us
from api.schemas.tasks import StatusAnswer, status_answer
from api.tasks.accept_language import best_language
from api.tasks.caller_tasks import CallerTasks

router = APIRouter(tags=["tasks"])


@router.get("/status/{task_id}", summary="Get a task's status")
@only_for(USERS)
async def status(
    task_id: TaskId,
    response: Response,
    services: ServicesNeeded,
    caller: CallerKnown,
    accept_language: Annotated[str | None, Header(description="Language of the animals' names.")] = None,
) -> StatusAnswer:
    """The task's stages with their progress, and its result. Works while no worker runs."""
    live = await CallerTasks(services, caller).of(task_id)
    language = best_language(accept_language)
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "no-store"
    return status_answer(live, language, now_us())
