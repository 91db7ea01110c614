"""`Checkup`: asks one worker of each queue how its parts are."""

from __future__ import annotations

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, TimeoutError

with workflow.unsafe.imports_passed_through():
    from activities import diagnostics
    from domain.messages.diagnostics import Checked, Part
    from workflows import policies


@workflow.defn(name="Checkup")
class Checkup:
    @workflow.run
    async def run(self) -> Checked:
        """Every part of both workers; a queue that nobody serves is a part that is not ok."""
        found = await asyncio.gather(
            _ask("worker_cpu", policies.QUICK_QUEUE), _ask("worker_gpu", policies.GPU_QUEUE)
        )
        return Checked(tuple(part for parts in found for part in parts))


async def _ask(name: str, queue: str) -> tuple[Part, ...]:
    try:
        checked = await workflow.execute_activity_method(
            diagnostics.Checkup.run, **policies.checkup(name, queue)
        )
    except ActivityError as error:
        busy = isinstance(error.cause, TimeoutError)
        detail = "took up no work within 10 s" if busy else str(error.cause)
        return (Part(name, ok=False, detail=detail, mend=f"Start {name}, or look into its log."),)
    return (Part(name, ok=True, detail="serves its queue"), *checked.parts)
