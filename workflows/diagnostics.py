"""`Checkup`: runs the diagnostics on one worker of each queue."""

from __future__ import annotations

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, TimeoutError

with workflow.unsafe.imports_passed_through():
    from activities import diagnostics
    from domain.messages.diagnostics import DiagnosticsReport, PartReport
    from workflows import policies


@workflow.defn(name="Checkup")
class Diagnostics:
    @workflow.run
    async def run(self) -> DiagnosticsReport:
        """The components of both workers; a queue without a worker is a component that is not ok."""
        found = await asyncio.gather(
            _ask("worker_cpu", policies.QUICK_QUEUE), _ask("worker_gpu", policies.GPU_QUEUE)
        )
        return DiagnosticsReport(tuple(part for parts in found for part in parts))


async def _ask(name: str, queue: str) -> tuple[PartReport, ...]:
    try:
        checked = await workflow.execute_activity_method(
            diagnostics.Diagnostics.run, **policies.diagnostics(name, queue)
        )
    except ActivityError as error:
        busy = isinstance(error.cause, TimeoutError)
        detail = "took up no work within 10 s" if busy else str(error.cause)
        return (PartReport(name, ok=False, detail=detail, mend=f"Start {name}, or look into its log."),)
    return (PartReport(name, ok=True, detail="serves its queue"), *checked.parts)
