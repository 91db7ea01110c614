"""Polling of a task until it has ended or is parked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from enum import StrEnum

from cli.api import Answer, Api
from cli.faults import NoAnswer, Refused

_POLL_S = 0.5
# Long enough for a restart of the API; after this long without an answer, fail.
_PATIENCE_S = 60.0


class Verdict(StrEnum):
    """State of a task for a person who waits. `parked`: a stage has failed and waits for a retry."""

    GOING = "going"
    COMPLETED = "completed"
    PARKED = "parked"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def exit_code(self) -> int:
        return 0 if self in (Verdict.GOING, Verdict.COMPLETED) else 1


def verdict(status: Answer) -> Verdict:
    """Verdict on a status. A task is parked when a stage waits for a retry and no stage runs."""
    if status["status"] in ("completed", "failed", "cancelled"):
        return Verdict(status["status"])
    runs = any(stage["status"] == "running" for stage in status["stages"].values())
    return Verdict.PARKED if status.get("parked_until") and not runs else Verdict.GOING


def follow(api: Api, task_id: str) -> Iterator[Answer]:
    """Statuses of the task, polled every half second, up to the last one."""
    answered_at = time.monotonic()
    while True:
        try:
            status = api.status(task_id)
        except (NoAnswer, Refused) as fault:
            passing = isinstance(fault, NoAnswer) or fault.passing
            if not passing or time.monotonic() - answered_at > _PATIENCE_S:
                raise
            continue
        answered_at = time.monotonic()
        yield status
        if verdict(status) is not Verdict.GOING:
            return
        time.sleep(_POLL_S)
