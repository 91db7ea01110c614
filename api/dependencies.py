"""What the routes are given, and where each part of it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Protocol

from anyio import CapacityLimiter
from fastapi import Depends, Path, Request

from adapters.catalogue import ApiKeys, Catalogue
from adapters.object_store import S3ObjectStore
from adapters.settings import TaskSettings
from api.accounts import Accounts, OneLocalUser
from api.callers import Caller, caller_of
from domain.checkup import Part
from domain.messages import Admission, PipelineRequest
from domain.quotas import NO_QUOTAS, Quotas
from domain.stages import LiveState, Stage

# Each upload takes a thread and about 35 MB: more wait for their turn, with their senders held back.
UPLOADS_AT_ONCE = 16


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

    async def retry(self, task_id: str, stage: Stage) -> None:
        """Raises `TaskUnknown`, `TaskEnded` or `StageNotRetryable`."""

    async def ready(self) -> None: ...

    async def checkup(self) -> tuple[Part, ...]:
        """How the parts of the workers are."""


@dataclass(frozen=True)
class Parts:
    """The outside world as the API uses it."""

    store: S3ObjectStore
    catalogue: Catalogue
    tasks: Tasks
    settings: TaskSettings
    api_keys: ApiKeys
    quotas: Quotas = NO_QUOTAS
    accounts: Accounts = field(default_factory=OneLocalUser)
    webhook_secret: str = field(default="", repr=False)
    upload_slots: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(UPLOADS_AT_ONCE))


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


PartsNeeded = Annotated[Parts, Depends(_parts)]
CallerKnown = Annotated[Caller, Depends(caller_of)]
TaskId = Annotated[str, Path(description="As the upload's answer gave it.", examples=["task-5f0c"])]
