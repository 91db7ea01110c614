"""Reader of a task's pending activities and their heartbeats."""

from __future__ import annotations

from collections.abc import Sequence

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import (
    WorkflowExecutionDescription,
)
from temporalio.converter import DataConverter

from domain.attempts.heartbeat import HeartbeatDetails
from domain.tasks.live_status import PendingActivity
from domain.tasks.state import Fault, Stage, stage_of


async def pending_stages(description: WorkflowExecutionDescription) -> list[PendingActivity]:
    """Pending activities of stages, with their last heartbeats."""
    infos = description.raw_description.pending_activities
    return [
        await _pending_stage(info, stage, description.data_converter)
        for info in infos
        if (stage := stage_of(info.activity_id)) is not None
    ]


async def _pending_stage(
    info: PendingActivityInfo, stage: Stage, converter: DataConverter
) -> PendingActivity:
    details = await _details(info.heartbeat_details.payloads, converter)
    heartbeat_time = info.last_heartbeat_time if details and info.HasField("last_heartbeat_time") else None
    return PendingActivity(
        stage=stage,
        attempt=info.attempt,
        running=info.state != PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED,
        fraction=_fraction(details) if details else 0.0,
        heartbeat_us=heartbeat_time.ToMicroseconds() if heartbeat_time else None,
        last_fault=_fault(info) if info.HasField("last_failure") else None,
        frames=details.frames if details else 0,
    )


def _fraction(details: HeartbeatDetails) -> float:
    """Progress of the stage; for a chunk, not below that of its earlier attempts."""
    return max(details.fraction, details.reached) if details.frames else details.fraction


async def _details(payloads: Sequence[object], converter: DataConverter) -> HeartbeatDetails | None:
    if not payloads:
        return None
    decoded: list[HeartbeatDetails] = await converter.decode(payloads, [HeartbeatDetails])  # type: ignore[arg-type]
    return decoded[0]


def _fault(info: PendingActivityInfo) -> Fault:
    failure = info.last_failure
    kind = failure.application_failure_info.type if failure.HasField("application_failure_info") else ""
    return Fault(code=kind or "AttemptLost", message=failure.message)
