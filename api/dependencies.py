"""Services of the API, and the parameters that routes share (caller, ids, webhook address)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Protocol, TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Header, Path, Request

from adapters.catalogue import ApiKeys, Catalogue
from adapters.object_store import S3ObjectStore
from adapters.settings import TaskSettings
from api.access.accounts import Accounts, OneLocalUser
from api.access.callers import Caller, caller_of
from api.process_state.ffmpeg_status import FfmpegStatus
from api.process_state.metrics import ApiMetrics
from api.process_state.monotonic_progress import MonotonicProgress
from api.process_state.task_feeds import TaskFeeds
from api.process_state.views import PendingViews
from api.settings import LibrarySettings
from domain.accounts.quotas import NO_QUOTAS, Quotas
from domain.messages.diagnostics import PartReport
from domain.messages.start import Admission, PipelineRequest
from domain.storage.keys import video_of
from domain.tasks.state import LiveState, Stage

# Each upload takes three threads and about 45 MB. More uploads wait for a slot, unread.
UPLOADS_AT_ONCE = 16
CATALOGUE_CALLS_AT_ONCE = 20

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


class Tasks(Protocol):
    """The tasks in Temporal. Every call raises `WorkflowsUnavailable` when Temporal does not answer."""

    async def start(self, request: PipelineRequest) -> None:
        """Starts the task (idempotent). Raises `TaskStartUnknown` when Temporal does not confirm it."""

    async def admission(self, task_id: str) -> Admission | None:
        """Returns the probe's verdict, or None when it takes longer than a caller should wait."""

    async def state(self, task_id: str) -> LiveState | None:
        """Returns the state with live progress, or None when Temporal does not know the task."""

    async def cancel(self, task_id: str) -> None:
        """Raises `TaskUnknown` or `TaskEnded`."""

    async def ended(self, task_id: str, within_s: float) -> bool:
        """Waits up to `within_s` seconds; true when the task has ended. Blocks no other request."""

    async def retry(self, task_id: str, stage: Stage) -> None:
        """Raises `TaskUnknown`, `TaskEnded` or `StageNotRetryable`."""

    async def ready(self) -> None: ...

    async def diagnostics(self) -> tuple[PartReport, ...]:
        """Returns the state of each component of the workers."""


@dataclass(frozen=True)
class Services:
    """Services that the routes use: stores, Temporal, accounts, and the state of this process."""

    store: S3ObjectStore
    catalogue: Catalogue
    tasks: Tasks
    settings: TaskSettings
    api_keys: ApiKeys
    quotas: Quotas = NO_QUOTAS
    monotonic: MonotonicProgress = field(default_factory=MonotonicProgress)
    metrics: ApiMetrics = field(default_factory=ApiMetrics)
    views: PendingViews = field(default_factory=PendingViews)
    events: TaskFeeds = field(default_factory=TaskFeeds)
    library: LibrarySettings = LibrarySettings()  # noqa: RUF009 - frozen
    ffmpeg: FfmpegStatus = field(default_factory=FfmpegStatus)
    accounts: Accounts = field(default_factory=OneLocalUser)
    webhook_secret: str = field(default="", repr=False)
    upload_slots: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(UPLOADS_AT_ONCE))
    catalogue_slots: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(CATALOGUE_CALLS_AT_ONCE))

    async def ask_catalogue(self, call: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """Runs a call of the catalogue on its own threads, which a hanging object store can't occupy."""
        return await to_thread.run_sync(call, *arguments, limiter=self.catalogue_slots)

    def count_view(self, key: str) -> None:
        """Counts a view of the video that is stored under this key."""
        self.metrics.views.inc()
        self.views.count(video_of(key))

    async def store_views(self) -> None:
        await self.views.store(lambda views: self.ask_catalogue(self.catalogue.views.add, views))


# Not `def`: FastAPI would run it on a thread, and wait for one while the store occupies them all.
async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _caller(request: Request) -> Caller:
    return caller_of(request)


ServicesNeeded = Annotated[Services, Depends(_services)]
CallerKnown = Annotated[Caller, Depends(_caller)]
VideoId = Annotated[
    str, Path(description="The video's id, or the id of its task.", pattern="^[0-9a-z-]{1,64}$")
]
TaskId = Annotated[
    str, Path(description="The task's id, from the response to the upload.", examples=["task-5f0c"])
]
WebhookUrl = Annotated[
    str | None,
    Header(
        description="Address to notify when the task has completed or failed, if webhooks are enabled.",
        examples=["https://example.org/hook"],
        max_length=1000,
    ),
]
