"""Search attributes of a task in Temporal's list: owner, stage, language, failure."""

from __future__ import annotations

from dataclasses import dataclass

from domain.tasks.state import StageStatus, TaskState

OWNER, STAGE, LANGUAGE, FAILURE = "Owner", "Stage", "Language", "Failure"
"""Names of the search attributes in Temporal."""


@dataclass(frozen=True)
class SearchFields:
    """Values of the search attributes: running or parked `stages`; `failure` is an error code."""

    stages: tuple[str, ...] = ()
    language: str | None = None
    failure: str | None = None


def search_fields_of(state: TaskState) -> SearchFields:
    """The search attributes of a state; a retry clears the failure."""
    shown = {name: stage for name, stage in state.stages.items() if stage.status in _SHOWN}
    faults = (state.fault, *(stage.fault for stage in shown.values()))
    return SearchFields(
        stages=tuple(shown),
        language=state.outcome.language,
        failure=next((fault.code for fault in faults if fault is not None), None),
    )


_SHOWN = (StageStatus.RUNNING, StageStatus.FAILED)
