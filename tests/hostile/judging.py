"""Workflow that probes every file of the corpus and collects the verdicts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.messages.stages import ProbeInput

_ONCE = RetryPolicy(maximum_attempts=1)


@dataclass(frozen=True)
class Judgement:
    """Verdict of one file; `code` is `taken`, the error's code, or another failure of the activity."""

    name: str
    code: str


@workflow.defn(name="Judging")
class Judging:
    @workflow.run
    async def run(self, queue: str, requests: dict[str, ProbeInput]) -> list[Judgement]:
        return list(
            await asyncio.gather(*(_judge(name, queue, request) for name, request in requests.items()))
        )


async def _judge(name: str, queue: str, request: ProbeInput) -> Judgement:
    try:
        await workflow.execute_activity(
            "probe",
            request,
            task_queue=queue,
            start_to_close_timeout=timedelta(minutes=5),
            retry_policy=_ONCE,
        )
    except ActivityError as error:
        cause = error.cause
        return Judgement(name, cause.type or "" if isinstance(cause, ApplicationError) else repr(cause))
    return Judgement(name, "taken")
