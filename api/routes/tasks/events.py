"""`GET /api/tasks/{task_id}/events`: a task's status, and each change of it, as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from starlette.responses import Response

from api.access.rules import USERS, only_for
from api.dependencies import CallerKnown, ServicesNeeded, TaskId
from api.process_state.task_feeds import TaskFeed
from api.tasks.accept_language import best_language
from api.tasks.caller_tasks import CallerTasks, check_id
from api.tasks.event_stream import EventStream, stream_of
from domain.accounts.identity import LOCAL

router = APIRouter(tags=["tasks"])

# As OpenAPI 3.2 describes streams.
_STATUS = {"$ref": "#/components/schemas/StatusAnswer"}
_EVENT = {
    "type": "object",
    "required": ["data", "id"],
    "properties": {
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": _STATUS},
        "id": {"type": "string"},
        "retry": {"type": "integer"},
    },
}


async def _feed(task_id: TaskId, services: ServicesNeeded, caller: CallerKnown) -> AsyncIterator[TaskFeed]:
    """Open until the last byte is sent. One looks for all who listen, and each must be allowed to see it."""
    check_id(task_id)
    everybodys = CallerTasks(services, replace(caller, identity=LOCAL))
    async with services.events.listening(caller.owner, task_id, lambda: everybodys.of(task_id)) as feed:
        await CallerTasks(services, caller).require_sight((await feed.now()).live)
        yield feed


@router.get(
    "/api/tasks/{task_id}/events",
    summary="Follow a task as it changes",
    response_class=Response,
    responses={
        200: {
            "description": "Events whose data is what `GET /status/{task_id}` answers.",
            "content": {"text/event-stream": {"itemSchema": _EVENT}},
        },
        204: {
            "description": "The task has ended, and the caller knows that: there is nothing to come back for."
        },
    },
)
@only_for(USERS)
async def events(
    feed: Annotated[TaskFeed, Depends(_feed)],
    accept_language: Annotated[str | None, Header(description="The language of the animals' names.")] = None,
    last_event_id: Annotated[
        str, Header(description="The last event that came before the connection broke.", max_length=100)
    ] = "",
) -> Response:
    """The status at once, then an event for each change, until the task has ended. Comments keep it open."""
    told = await feed.now()
    if told.live.state.status.ended and told.id == last_event_id:
        return Response(status_code=204)
    language = best_language(accept_language)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return EventStream(stream_of(feed, language, last_event_id), headers)
