"""By what an operator finds tasks in a list of many: whose, at which stage, in which language, why failed."""

from __future__ import annotations

from dataclasses import dataclass

from domain.tasks.state import StageStatus, TaskState

OWNER, STAGE, LANGUAGE, FAILURE = "Owner", "Stage", "Language", "Failure"
"""Their names in Temporal's list."""


@dataclass(frozen=True)
class SearchFields:
    """`stages` run, or have failed and wait for somebody; `failure` is the code of what went wrong."""

    stages: tuple[str, ...] = ()
    language: str | None = None
    failure: str | None = None


def search_fields_of(state: TaskState) -> SearchFields:
    """A task that was retried has no failure any more."""
    at = {name: stage for name, stage in state.stages.items() if stage.status in _SHOWN}
    faults = (state.fault, *(stage.fault for stage in at.values()))
    return SearchFields(
        stages=tuple(at),
        language=state.outcome.language,
        failure=next((fault.code for fault in faults if fault is not None), None),
    )


_SHOWN = (StageStatus.RUNNING, StageStatus.FAILED)
