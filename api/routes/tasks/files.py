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


# Two decorators: the lower one is registered first and answers both methods, so that a 405 lists both. The
# upper one only describes GET in the OpenAPI document.
@router.get(
    _PATH,
    summary="Download a file of a task",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {"video/mp4": {}, "text/vtt": {}}},
        206: {"description": "The requested byte range."},
        304: {"description": "The caller's copy is current."},
    },
    openapi_extra=CONDITIONS,
)
@router.api_route(_PATH, methods=["GET", "HEAD"], include_in_schema=False)
@only_for(USERS)
async def download(
    request: Request,
    task_id: TaskId,
    name: Annotated[str, Path(description="A name from the task's `links`.", examples=["final.mp4"])],
    services: ServicesNeeded,
    caller: CallerKnown,
) -> Response:
    """Sends the whole file or a byte range, so that players can seek and downloads can resume."""
    key, original = await CallerTasks(services, caller).file_key(task_id, name)
    return await serve(request, services, key, attachment(original, name))
