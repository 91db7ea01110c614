"""What the workflows count; a replay counts nothing anew."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.errors import CODES
    from domain.tasks.state import Fault, Stage, TaskStatus

_ENDED = ("video_pipeline_tasks_ended", "Tasks that have ended, by how.")
_FAILURES = ("video_pipeline_task_failures", "Tasks that failed, by the code of their fault.")
_PARKED = ("video_pipeline_stages_parked", "Stages that failed for good and began to wait for a retry.")


def count_begun() -> None:
    """A series that begins with its first failure would show no rise: each begins with a task, at nothing."""
    for outcome in (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED):
        _count(_ENDED, 0, outcome=outcome.value)


def count_ended(outcome: TaskStatus, fault: Fault | None) -> None:
    _count(_ENDED, 1, outcome=outcome.value)
    if outcome is TaskStatus.FAILED and fault is not None:
        _count(_FAILURES, 1, code=_known(fault))


def count_parked(stage: Stage, fault: Fault) -> None:
    _count(_PARKED, 1, stage=stage.value, code=_known(fault))


def _count(figure: tuple[str, str], more: int, **labels: str) -> None:
    workflow.metric_meter().create_counter(*figure).add(more, labels)


def _known(fault: Fault) -> str:
    return fault.code if fault.code in CODES else "Unexpected"
