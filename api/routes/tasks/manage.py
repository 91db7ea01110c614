"""`GET /tasks`: list of tasks. `POST /video/{task_id}/…`: cancel a task, retry a failed stage."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access.rules import USERS, only_for
from api.dependencies import CallerKnown, ServicesNeeded, TaskId
from api.schemas.tasks import AcceptedAnswer, TaskList, accepted, status_url
from api.tasks.caller_tasks import CallerTasks
from api.tasks.listing import page_of_tasks
from domain.errors import StageUnknown
from domain.tasks.state import Stage, TaskStatus

router = APIRouter(tags=["tasks"])


@router.get("/tasks", summary="List the tasks")
@only_for(USERS)
async def list_tasks(
    services: ServicesNeeded,
    caller: CallerKnown,
    status: Annotated[TaskStatus | None, Query(description="Only tasks in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[
        str | None,
        Query(description="`next` of the previous page.", pattern=r"^[0-9]{1,18}\.[0-9a-z-]{1,64}$"),
    ] = None,
) -> TaskList:
    """Lists the caller's tasks, newest first. An admin sees the tasks of all owners."""
    return await page_of_tasks(services, caller, status, limit, cursor)


@router.post("/video/{task_id}/cancel", status_code=202, summary="Cancel a task")
@only_for(USERS)
async def cancel(
    task_id: TaskId, response: Response, services: ServicesNeeded, caller: CallerKnown
) -> AcceptedAnswer:
    """Requests the cancellation; the task's status becomes `cancelled` when it has stopped."""
    await CallerTasks(services, caller).cancel(task_id)
    response.headers["Location"] = status_url(task_id)
    return accepted(task_id, TaskStatus.RUNNING)


@router.post("/video/{task_id}/retry/{stage}", status_code=202, summary="Retry a failed stage")
@only_for(USERS)
async def retry(
    task_id: TaskId,
    stage: Annotated[str, Path(description="A stage from the task's `stages`.", examples=["merger"])],
    response: Response,
    services: ServicesNeeded,
    caller: CallerKnown,
) -> AcceptedAnswer:
    """Retries a stage that has used up its attempts, while the task waits for that (`parked_until`)."""
    await CallerTasks(services, caller).retry(task_id, _stage(stage))
    response.headers["Location"] = status_url(task_id)
    return accepted(task_id, TaskStatus.RUNNING)


def _stage(name: str) -> Stage:
    if name not in list(Stage):
        raise StageUnknown(f"No stage has the name {name[:40]!r}: use one of {', '.join(Stage)}.")
    return Stage(name)
