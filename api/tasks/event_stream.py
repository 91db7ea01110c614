"""Stream of a task's changes as server-sent events: format, keep-alive comments, time limits."""

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

# Proxies close connections that are idle for about a minute.
_QUIET_S = 15.0
# A client that reconnects must authenticate again, so that an expired token ends its stream.
_LONGEST_S = 900.0
_SLOWEST_S = 30.0
_RECONNECT_AFTER_MS = 2000

_log = structlog.get_logger(__name__)


async def stream_of(
    feed: TaskFeed, language: str, last_id: str, longest_s: float = _LONGEST_S
) -> AsyncIterator[bytes]:
    """Yields the task's full status unless it is the event `last_id`, then each later one."""
    ends_s = time.monotonic() + longest_s
    yield format_sse_event(retry=_RECONNECT_AFTER_MS)
    async for event in feed.changes(last_id, _QUIET_S):
        if event is None:
            yield KEEPALIVE_COMMENT
        else:
            answer = status_answer(event.live, language, now_us())
            yield format_sse_event(data_str=answer.model_dump_json(), id=event.id)
        if time.monotonic() > ends_s:
            return


class EventStream(StreamingResponse):
    """Response that drops a listener who has accepted no data for `slowest_s` seconds."""

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
            _log.info("listener_dropped", reason=f"it accepted no data for {self._slowest_s} s")
