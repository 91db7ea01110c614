"""`GET /video/{task_id}/files/{name}`: the downloads of a task."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.access.rules import USERS, only_for
from api.dependencies import CallerKnown, ServicesNeeded, TaskId
from api.http.file_names import attachment
from api.library.downloads import CONDITIONS, serve
from api.tasks.caller_tasks import CallerTasks

router = APIRouter(tags=["files"])

_PATH = "/video/{task_id}/files/{name}"


# The lower of the two stands first and answers, so that a 405 names both methods; this one is its document.
@router.get(
    _PATH,
    summary="Download a file of a task",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {"video/mp4": {}, "text/vtt": {}}},
        206: {"description": "The asked range of it."},
        304: {"description": "The caller has it already."},
    },
    openapi_extra=CONDITIONS,
)
@router.api_route(_PATH, methods=["GET", "HEAD"], include_in_schema=False)
@only_for(USERS)
async def download(
    request: Request,
    task_id: TaskId,
    name: Annotated[str, Path(examples=["final.mp4"])],
    services: ServicesNeeded,
    caller: CallerKnown,
) -> Response:
    """Whole, or in part by `Range`, so that players can seek and downloads can go on."""
    key, original = await CallerTasks(services, caller).file_key(task_id, name)
    return await serve(request, services, key, attachment(original, name))
