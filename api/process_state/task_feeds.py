"""Task feeds: one poller for each followed task, shared by its listeners, with limits on their number."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import Context
from dataclasses import dataclass
from hashlib import sha256

from domain.errors import ListenersFull, ListeningExceeded, PassingError, TaskUnknown
from domain.tasks.state import LiveState

ReadState = Callable[[], Awaitable[LiveState]]

_EVERY_S = 1.0
# Limit of the whole process: with more followed tasks each is polled less often.
_POLLS_PER_S = 50


@dataclass(frozen=True)
class StatusEvent:
    """A task's state with an id that depends only on the state, so that it is the same in every process."""

    id: str
    live: LiveState

    @classmethod
    def of(cls, live: LiveState) -> StatusEvent:
        """Returns the event of a state. The id ignores the state's age."""
        return cls(sha256(repr((live.state, live.source)).encode()).hexdigest()[:20], live)


class TaskFeed:
    """Feed of one task's states. Slow listeners skip intermediate states and delay no other listener."""

    def __init__(self) -> None:
        self._latest: StatusEvent | None = None
        self._fault: BaseException | None = None
        self._ended = False
        self._changed = asyncio.Event()

    async def now(self) -> StatusEvent:
        """Waits for the first state and returns the newest; raises the error of the first poll."""
        while self._latest is None:
            if self._fault is not None:
                raise self._fault
            if self._ended:
                raise ListenersFull("The API is shutting down: connect again.")
            await self._changed.wait()
        return self._latest

    async def changes(self, last_id: str, quiet_s: float) -> AsyncIterator[StatusEvent | None]:
        """Yields the newest state unless it is the event `last_id`, then each later one until the last.

        Yields None after `quiet_s` seconds without a change.
        """
        while True:
            if self._latest is not None and self._latest.id != last_id:
                last_id = self._latest.id
                yield self._latest
                continue
            if self._fault is not None:
                raise self._fault
            if self._ended:
                return
            try:
                async with asyncio.timeout(quiet_s):
                    await self._changed.wait()
            except TimeoutError:
                yield None

    async def follow(self, read_state: ReadState, pause_s: Callable[[], float]) -> None:
        """Polls the state until the task has ended or is unknown."""
        try:
            while not self._ended:
                await self._poll(read_state)
                if not self._ended:
                    await asyncio.sleep(pause_s())
        except Exception as error:
            # Raised in every listener.
            self._fault = error
            self._wake()

    def end(self) -> None:
        """Ends the feed for all listeners."""
        self._ended = True
        self._wake()

    async def _poll(self, read_state: ReadState) -> None:
        try:
            live = await read_state()
        except (PassingError, TaskUnknown) as error:
            if self._latest is None:
                raise
            if isinstance(error, TaskUnknown):
                self.end()
            return
        event = StatusEvent.of(live)
        self._ended = self._ended or live.state.status.ended
        if self._latest is None or event.id != self._latest.id:
            self._latest = event
            self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


@dataclass
class _PolledTask:
    feed: TaskFeed
    poller: asyncio.Task[None]
    listeners: int = 0


class TaskFeeds:
    """Feeds of this process, with at most `most` listeners and `most_each` of one owner; 0 is no limit."""

    def __init__(self, most_each: int = 0, most: int = 0, every_s: float = _EVERY_S) -> None:
        self._most_each, self._most, self._every_s = most_each, most, every_s
        self._listeners: Counter[str] = Counter()
        self._polled: dict[str, _PolledTask] = {}
        self._closed = False

    @asynccontextmanager
    async def listening(self, owner: str, task_id: str, read_state: ReadState) -> AsyncIterator[TaskFeed]:
        """Yields the task's feed, which is polled while it has listeners, by the first one's `read_state`."""
        with self._slot(owner):
            polled = self._polled.get(task_id) or self._start_polling(task_id, read_state)
            polled.listeners += 1
            try:
                yield polled.feed
            finally:
                polled.listeners -= 1
                if not polled.listeners:
                    polled.poller.cancel()
                    del self._polled[task_id]

    def close(self) -> None:
        """Ends all feeds and refuses new listeners: the process stops."""
        self._closed = True
        for polled in self._polled.values():
            polled.feed.end()

    @property
    def watched(self) -> frozenset[str]:
        """Ids of the tasks that have listeners."""
        return frozenset(self._polled)

    def pause_s(self) -> float:
        """Seconds between two polls of a task."""
        return max(self._every_s, len(self._polled) / _POLLS_PER_S)

    def _start_polling(self, task_id: str, read_state: ReadState) -> _PolledTask:
        feed = TaskFeed()
        # An empty context: the poller's log lines must not carry the first listener's request id.
        poller = asyncio.create_task(feed.follow(read_state, self.pause_s), context=Context())
        polled = _PolledTask(feed, poller)
        self._polled[task_id] = polled
        return polled

    @contextmanager
    def _slot(self, owner: str) -> Iterator[None]:
        if self._closed:
            raise ListenersFull("The API is shutting down: connect again.")
        if self._most and self._listeners.total() >= self._most:
            raise ListenersFull(f"All {self._most} event streams of this process are in use.")
        if self._most_each and self._listeners[owner] >= self._most_each:
            raise ListeningExceeded(
                f"Too many event streams: one caller may have {self._most_each} open. Close one first.", 5
            )
        self._listeners[owner] += 1
        try:
            yield
        finally:
            self._listeners[owner] -= 1
            if not self._listeners[owner]:
                del self._listeners[owner]
