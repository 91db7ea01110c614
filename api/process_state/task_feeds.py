"""Who may listen to tasks, and that each task is looked at by one poller however many listen to it."""

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

Look = Callable[[], Awaitable[LiveState]]

_EVERY_S = 1.0
# With more tasks than this each is looked at less often: the process asks no more than this in all.
_LOOKS_A_SECOND = 50


@dataclass(frozen=True)
class StatusEvent:
    """A state, and a name that another state does not have, whichever process gives it."""

    id: str
    live: LiveState

    @classmethod
    def of(cls, live: LiveState) -> StatusEvent:
        """How old the figures are is no part of the name: that they have aged is no news."""
        return cls(sha256(repr((live.state, live.source)).encode()).hexdigest()[:20], live)


class TaskFeed:
    """One task as all who listen see it. Who is slow misses what came in between, and holds up nobody."""

    def __init__(self) -> None:
        self._told: StatusEvent | None = None
        self._fault: BaseException | None = None
        self._over = False
        self._news = asyncio.Event()

    async def now(self) -> StatusEvent:
        """The newest state, as soon as there is one; raises what the first look raised."""
        while self._told is None:
            if self._fault is not None:
                raise self._fault
            if self._over:
                raise ListenersFull("The API is being stopped.")
            await self._news.wait()
        return self._told

    async def changes(self, seen: str, quiet_s: float) -> AsyncIterator[StatusEvent | None]:
        """The newest state now if it is not the one that was `seen`, and each later one, to the last.

        None says that there was nothing to tell for `quiet_s`.
        """
        while True:
            if self._told is not None and self._told.id != seen:
                seen = self._told.id
                yield self._told
                continue
            if self._fault is not None:
                raise self._fault
            if self._over:
                return
            try:
                async with asyncio.timeout(quiet_s):
                    await self._news.wait()
            except TimeoutError:
                yield None

    async def follow(self, look: Look, pause_s: Callable[[], float]) -> None:
        """Look again and again until the task has ended or is gone."""
        try:
            while not self._over:
                await self._look(look)
                if not self._over:
                    await asyncio.sleep(pause_s())
        except Exception as error:
            # Whoever listens is told, and nobody else could be.
            self._fault = error
            self._wake()

    def end(self) -> None:
        """Nothing more will come."""
        self._over = True
        self._wake()

    async def _look(self, look: Look) -> None:
        try:
            live = await look()
        except (PassingError, TaskUnknown) as error:
            if self._told is None:
                raise
            if isinstance(error, TaskUnknown):
                self.end()
            return
        told = StatusEvent.of(live)
        self._over = self._over or live.state.status.ended
        if self._told is None or told.id != self._told.id:
            self._told = told
            self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


@dataclass
class _PolledTask:
    feed: TaskFeed
    poller: asyncio.Task[None]
    listeners: int = 0


class TaskFeeds:
    """The feeds of a process, with at most `most` listeners and `most_each` of one owner; 0 is no limit."""

    def __init__(self, most_each: int = 0, most: int = 0, every_s: float = _EVERY_S) -> None:
        self._most_each, self._most, self._every_s = most_each, most, every_s
        self._listeners: Counter[str] = Counter()
        self._watched: dict[str, _PolledTask] = {}
        self._closed = False

    @asynccontextmanager
    async def listening(self, owner: str, task_id: str, look: Look) -> AsyncIterator[TaskFeed]:
        """The task's feed, which goes on while anybody listens to it. Only the first one's `look` is used."""
        with self._place(owner):
            watched = self._watched.get(task_id) or self._watch(task_id, look)
            watched.listeners += 1
            try:
                yield watched.feed
            finally:
                watched.listeners -= 1
                if not watched.listeners:
                    watched.poller.cancel()
                    del self._watched[task_id]

    def close(self) -> None:
        """Let every listener go, and take no new one: the process stops."""
        self._closed = True
        for watched in self._watched.values():
            watched.feed.end()

    @property
    def watched(self) -> frozenset[str]:
        """The tasks that somebody listens to."""
        return frozenset(self._watched)

    def pause_s(self) -> float:
        """Between two looks at a task."""
        return max(self._every_s, len(self._watched) / _LOOKS_A_SECOND)

    def _watch(self, task_id: str, look: Look) -> _PolledTask:
        feed = TaskFeed()
        # It works for all who listen, not for the request of the first.
        poller = asyncio.create_task(feed.follow(look, self.pause_s), context=Context())
        watched = _PolledTask(feed, poller)
        self._watched[task_id] = watched
        return watched

    @contextmanager
    def _place(self, owner: str) -> Iterator[None]:
        if self._closed:
            raise ListenersFull("The API is being stopped.")
        if self._most and self._listeners.total() >= self._most:
            raise ListenersFull(f"{self._most} event streams are open, and no more are served at once.")
        if self._most_each and self._listeners[owner] >= self._most_each:
            raise ListeningExceeded(
                f"Only {self._most_each} event streams are open to one caller at once.", 5
            )
        self._listeners[owner] += 1
        try:
            yield
        finally:
            self._listeners[owner] -= 1
            if not self._listeners[owner]:
                del self._listeners[owner]
