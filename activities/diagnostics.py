"""`checkup`: a worker tests each of its components and reports the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from temporalio import activity

from domain.errors import PipelineError
from domain.messages.diagnostics import DiagnosticsReport, PartReport


@dataclass(frozen=True)
class Diagnostics:
    """`checks` maps a component's name to a call that raises its error, and may return a detail as text."""

    checks: Mapping[str, Callable[[], object]]

    @activity.defn(name="checkup", no_thread_cancel_exception=True)
    def run(self) -> DiagnosticsReport:
        return DiagnosticsReport(tuple(self._report(part, check) for part, check in self.checks.items()))

    @staticmethod
    def _report(part: str, check: Callable[[], object]) -> PartReport:
        try:
            detail = check()
            return PartReport(part, ok=True, detail=detail if isinstance(detail, str) else "ready")
        except PipelineError as error:
            return PartReport(part, ok=False, detail=error.code, mend=str(error))
