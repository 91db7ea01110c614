"""A task's changes as server-sent events: what a stream says, how it goes on after a break, when it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import structlog
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from api.http.clock import now_us
from api.process_state.task_feeds import TaskFeed
from api.schemas.tasks import status_answer

# A proxy closes a connection on which nothing comes for a minute or so.
_QUIET_S = 15.0
# Who comes back is asked for the token anew: nobody listens on with one that is good no more.
_LONGEST_S = 900.0
_SLOWEST_S = 30.0
_COME_BACK_AFTER_MS = 2000

_log = structlog.get_logger(__name__)


async def stream_of(
    feed: TaskFeed, language: str, seen: str, longest_s: float = _LONGEST_S
) -> AsyncIterator[bytes]:
    """The task's state unless it was `seen` already, then each other one. Each event is a whole status."""
    ends_s = time.monotonic() + longest_s
    yield format_sse_event(retry=_COME_BACK_AFTER_MS)
    async for told in feed.changes(seen, _QUIET_S):
        if told is None:
            yield KEEPALIVE_COMMENT
        else:
            answer = status_answer(told.live, language, now_us())
            yield format_sse_event(data_str=answer.model_dump_json(), id=told.id)
        if time.monotonic() > ends_s:
            return


class EventStream(StreamingResponse):
    """Lets a listener go who takes nothing of what is sent for `slowest_s`."""

    media_type = "text/event-stream"

    def __init__(
        self, events: AsyncIterator[bytes], headers: dict[str, str], slowest_s: float = _SLOWEST_S
    ) -> None:
        super().__init__(events, headers={"X-Accel-Buffering": "no", **headers})
        self._slowest_s = slowest_s

    async def stream_response(self, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self._slowest_s):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            _log.info("listener_let_go", reason=f"it took nothing for {self._slowest_s} s")
