"""State of a task and of each of its stages."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    DOWNSCALE = "downscale"
    LANGUAGE_DETECTION = "language_detection"
    ANIMAL_DETECTION = "animal_detection"
    SUBTITLES = "subtitles"
    MERGER = "merger"


def stage_of(activity_id: str) -> Stage | None:
    """The stage of an activity id; None for the numbers that Temporal gives to other activities."""
    name = activity_id.split(".", maxsplit=1)[0]
    return Stage(name) if name in list(Stage) else None


class StageStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class TaskStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED)


@dataclass(frozen=True)
class Fault:
    """A fault as shown in the status: error code and message."""

    code: str
    message: str


@dataclass(frozen=True)
class StageState:
    """State of one stage. Times are microseconds since 1970 in UTC.

    `progress` is 0 to 100 at the end of the last activity, `progress_goal` at the end of the running one.
    A stage in chunks counts frames instead. `remarks` describe what was unusual, and why.
    """

    status: StageStatus = StageStatus.PENDING
    progress: int = 0
    progress_goal: int = 100
    attempt: int = 0
    started_us: int | None = None
    ended_us: int | None = None
    fault: Fault | None = None
    frames_done: int = 0
    frames_total: int = 0
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.progress <= 100:
            raise ValueError(f"progress is 0 to 100, not {self.progress}")


@dataclass(frozen=True)
class TaskOutcome:
    """Results of a task; `files` maps a download's name to its object key."""

    final_video: str | None = None
    language: str | None = None
    language_probability: float | None = None
    animals_detected: tuple[str, ...] = ()
    subtitles: str | None = None
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskState:
    """State of a task, stored in its workflow's memo and in the catalogue's row.

    `parked_until_us` is set while a failed stage waits for `retry` or `cancel`.
    """

    task_id: str
    status: TaskStatus
    updated_us: int
    stages: dict[str, StageState] = field(default_factory=dict)
    outcome: TaskOutcome = field(default_factory=TaskOutcome)
    fault: Fault | None = None
    parked_until_us: int | None = None


@dataclass(frozen=True)
class LiveState:
    """A task's state with its time and its `source`: `temporal` or `catalogue`.

    `owner` is empty for a task that was started without the search attribute.
    """

    state: TaskState
    as_of_us: int
    source: str
    owner: str = ""
