"""`checkup`: a worker tries each of its parts and tells what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from temporalio import activity

from domain.errors import PipelineError
from domain.messages.diagnostics import DiagnosticsReport, PartReport


@dataclass(frozen=True)
class Diagnostics:
    """`trials` maps a part's name to a call that raises what is wrong with it, and may tell more in words."""

    trials: Mapping[str, Callable[[], object]]

    @activity.defn(name="checkup", no_thread_cancel_exception=True)
    def run(self) -> DiagnosticsReport:
        return DiagnosticsReport(tuple(self._tried(part, trial) for part, trial in self.trials.items()))

    @staticmethod
    def _tried(part: str, trial: Callable[[], object]) -> PartReport:
        try:
            told = trial()
            return PartReport(part, ok=True, detail=told if isinstance(told, str) else "ready")
        except PipelineError as error:
            return PartReport(part, ok=False, detail=error.code, mend=str(error))
