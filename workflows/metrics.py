"""Metrics of the workflows; the SDK does not count them again in a replay."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.errors import CODES
    from domain.tasks.state import Fault, Stage, TaskStatus

_ENDED = ("video_pipeline_tasks_ended", "Tasks that have ended, by outcome.")
_FAILURES = ("video_pipeline_task_failures", "Tasks that failed, by error code.")
_PARKED = ("video_pipeline_stages_parked", "Stages that failed and wait for a manual retry.")


def count_begun() -> None:
    """Adds 0 to each series: one that begins with its first failure would show no increase."""
    for outcome in (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED):
        _count(_ENDED, 0, outcome=outcome.value)


def count_ended(outcome: TaskStatus, fault: Fault | None) -> None:
    _count(_ENDED, 1, outcome=outcome.value)
    if outcome is TaskStatus.FAILED and fault is not None:
        _count(_FAILURES, 1, code=_known(fault))


def count_parked(stage: Stage, fault: Fault) -> None:
    _count(_PARKED, 1, stage=stage.value, code=_known(fault))


def _count(metric: tuple[str, str], increment: int, **labels: str) -> None:
    workflow.metric_meter().create_counter(*metric).add(increment, labels)


def _known(fault: Fault) -> str:
    return fault.code if fault.code in CODES else "Unexpected"
