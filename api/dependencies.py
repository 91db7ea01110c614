"""What the routes are given, and where each part of it comes from."""

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

# Each upload takes three threads and about 45 MB: more wait for their turn, with their senders held back.
UPLOADS_AT_ONCE = 16
CATALOGUE_CALLS_AT_ONCE = 20

Asked = TypeVarTuple("Asked")
Answer = TypeVar("Answer")


class Tasks(Protocol):
    """The tasks in Temporal. Every call raises `WorkflowsUnavailable` when it does not answer."""

    async def start(self, request: PipelineRequest) -> None:
        """Start the task; starting it again changes nothing. Raises `TaskStartUnknown` on no answer."""

    async def admission(self, task_id: str) -> Admission | None:
        """The probe's verdict, or None when it takes longer than a caller should wait."""

    async def state(self, task_id: str) -> LiveState | None:
        """The state with live progress, or None when Temporal does not know the task."""

    async def cancel(self, task_id: str) -> None:
        """Raises `TaskUnknown` or `TaskEnded`."""

    async def ended(self, task_id: str, within_s: float) -> bool:
        """Whether the task ends within this time, or has ended; nobody else waits for it meanwhile."""

    async def retry(self, task_id: str, stage: Stage) -> None:
        """Raises `TaskUnknown`, `TaskEnded` or `StageNotRetryable`."""

    async def ready(self) -> None: ...

    async def diagnostics(self) -> tuple[PartReport, ...]:
        """How the parts of the workers are."""


@dataclass(frozen=True)
class Services:
    """The outside world as the API uses it."""

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
    catalogue_turns: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(CATALOGUE_CALLS_AT_ONCE))

    async def ask_catalogue(self, call: Callable[[*Asked], Answer], *arguments: *Asked) -> Answer:
        """A call of the catalogue, on threads that a store which hangs can't take."""
        return await to_thread.run_sync(call, *arguments, limiter=self.catalogue_turns)

    def count_view(self, key: str) -> None:
        """Somebody begins to watch the video that this object is."""
        self.metrics.views.inc()
        self.views.count(video_of(key))

    async def store_views(self) -> None:
        await self.views.store(lambda fresh: self.ask_catalogue(self.catalogue.views.add, fresh))


# Not `def`: FastAPI would give each call a thread, and wait for one while the store holds them all.
async def _parts(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _caller(request: Request) -> Caller:
    return caller_of(request)


ServicesNeeded = Annotated[Services, Depends(_parts)]
CallerKnown = Annotated[Caller, Depends(_caller)]
VideoId = Annotated[
    str, Path(description="As the list gives it, or its task's.", pattern="^[0-9a-z-]{1,64}$")
]
TaskId = Annotated[str, Path(description="As the upload's answer gave it.", examples=["task-5f0c"])]
WebhookUrl = Annotated[
    str | None,
    Header(
        description="Where to tell that the task has completed or failed, if webhooks are sent here.",
        examples=["https://example.org/hook"],
        max_length=1000,
    ),
]
