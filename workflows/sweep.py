"""`Sweep`: scheduled removal of unneeded objects from the store, and upkeep of the library."""

from __future__ import annotations

from dataclasses import replace

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import sweep, upkeep
    from domain.messages.upkeep import SweepInput, SweepReport
    from workflows import policies


@workflow.defn(name="Sweep")
class Sweep:
    @workflow.run
    async def run(self, request: SweepInput) -> SweepReport:
        swept = await workflow.execute_activity_method(sweep.SweepStorage.run, request, **policies.SWEEP)
        if request.upkeep is None:
            return swept
        kept = await workflow.execute_activity_method(upkeep.Upkeep.run, request.upkeep, **policies.SWEEP)
        return replace(swept, kept=kept)
