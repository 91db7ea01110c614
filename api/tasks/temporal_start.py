"""Start of a task's workflow: id policies, memo, search attributes, priority and fairness key."""

from __future__ import annotations

from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.common import (
    Priority,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError, RPCStatusCode

from adapters.setup.temporal import COMMAND
from api.http.clock import now_us
from domain.accounts.identity import fairness_key
from domain.messages.start import PipelineRequest
from domain.tasks.board import queued_state
from workflows.policies import CPU_QUEUE
from workflows.search_attributes import first_attributes
from workflows.video_pipeline import VideoPipeline

_log = structlog.get_logger(__name__)


async def start_workflow(client: Client, request: PipelineRequest, within: timedelta) -> None:
    """Starts the workflow. Raises the client's errors, also when the task has run before."""
    try:
        await _start(client, request, first_attributes(request.owner), within)
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT or "search attribute" not in error.message:
            raise
        # Missing search attributes only affect operators' lists: start the task without them.
        _log.warning("search_attributes_not_registered", reason=error.message, mend=COMMAND)
        await _start(client, request, TypedSearchAttributes.empty, within)


async def _start(
    client: Client, request: PipelineRequest, attributes: TypedSearchAttributes, within: timedelta
) -> None:
    source = request.source
    await client.start_workflow(
        VideoPipeline.run,
        request,
        id=request.task_id,
        task_queue=CPU_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        memo={
            "state": queued_state(request.task_id, request.options, now_us()),
            "owner": request.owner,
        },
        search_attributes=attributes,
        priority=Priority(priority_key=request.plan.priority, fairness_key=fairness_key(request.owner)),
        static_summary=request.filename,
        static_details=f"Video `{request.video_id}` of `{request.owner}`: {source.size_bytes:,} bytes",
        rpc_timeout=within,
    )
