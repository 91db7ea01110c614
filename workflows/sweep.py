"""`Sweep`: started by a schedule, it keeps the store free of what nobody needs any more."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import sweep
    from domain.messages import SweepInput, Swept
    from workflows import policies


@workflow.defn(name="Sweep")
class Sweep:
    @workflow.run
    async def run(self, request: SweepInput) -> Swept:
        return await workflow.execute_activity_method(sweep.Sweep.run, request, **policies.SWEEP)
