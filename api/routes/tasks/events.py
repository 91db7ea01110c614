"""`GET /api/tasks/{task_id}/events`: a task's status and its changes, as server-sent events."""

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

# OpenAPI 3.2 describes the items of a stream by `itemSchema`.
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
    """Task's feed, open until the last byte is sent. The poller is shared, but not the access check."""
    check_id(task_id)
    all_tasks = CallerTasks(services, replace(caller, identity=LOCAL))
    async with services.events.listening(caller.owner, task_id, lambda: all_tasks.of(task_id)) as feed:
        await CallerTasks(services, caller).require_access((await feed.now()).live)
        yield feed


@router.get(
    "/api/tasks/{task_id}/events",
    summary="Follow a task's status",
    response_class=Response,
    responses={
        200: {
            "description": "Events, each with the response of `GET /status/{task_id}` as its data.",
            "content": {"text/event-stream": {"itemSchema": _EVENT}},
        },
        204: {"description": "The task has ended and `Last-Event-ID` is its last event: do not reconnect."},
    },
)
@only_for(USERS)
async def events(
    feed: Annotated[TaskFeed, Depends(_feed)],
    accept_language: Annotated[str | None, Header(description="Language of the animals' names.")] = None,
    last_event_id: Annotated[
        str, Header(description="Id of the last event received before the connection broke.", max_length=100)
    ] = "",
) -> Response:
    """Sends the status at once, then an event for each change until the task has ended.

    Comments keep a quiet connection open.
    """
    event = await feed.now()
    if event.live.state.status.ended and event.id == last_event_id:
        return Response(status_code=204)
    language = best_language(accept_language)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return EventStream(stream_of(feed, language, last_event_id), headers)
