"""Response models of tasks, with the examples that `/docs` shows, and of the diagnostics."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from adapters.catalogue import VideoRow
from domain.animals.names import translate
from domain.tasks.live_status import remaining_us
from domain.tasks.state import Fault, LiveState, Stage, StageState, StageStatus, TaskOutcome, TaskStatus


class Answer(BaseModel):
    """Base of the response models; instances are immutable."""

    model_config = ConfigDict(frozen=True)


class FaultAnswer(Answer):
    """An error: its stable code, and a message for people."""

    code: Annotated[str, Field(examples=["SourceTruncated"])]
    message: Annotated[str, Field(examples=["The file ends before its own index says it should."])]


class StageAnswer(Answer):
    """One stage of a task. `progress` is a percentage; `attempt` is the number of the current attempt.

    A long encode runs in chunks and counts frames. `eta_seconds` is an estimate from the speed so far;
    `remarks` describe deviations from the usual processing, with their reasons.
    """

    status: StageStatus
    progress: Annotated[int, Field(ge=0, le=100, examples=[100])]
    attempt: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    error: FaultAnswer | None = None
    eta_seconds: float | None = None
    frames_done: int | None = None
    frames_total: int | None = None
    remarks: list[str] = []


class ResultAnswer(Answer):
    """Results of a task; null or empty until they are known."""

    final_video: Annotated[str | None, Field(examples=["/video/task-5f0c/files/final.mp4"])] = None
    language: Annotated[str | None, Field(examples=["fr"])] = None
    animals_detected: Annotated[list[str], Field(examples=[["cat", "dog"]])] = []
    subtitles: Annotated[str | None, Field(examples=["/video/task-5f0c/files/subtitles.vtt"])] = None


class StatusAnswer(Answer):
    """Status of a task, read at `as_of` from `source`: `temporal` or `catalogue`.

    `parked_until` is set while a failed stage waits for a retry or a cancellation.
    """

    task_id: Annotated[str, Field(examples=["task-5f0c"])]
    status: TaskStatus
    stages: dict[str, StageAnswer]
    result: ResultAnswer
    error: FaultAnswer | None = None
    parked_until: datetime | None = None
    links: Annotated[dict[str, str], Field(examples=[{"final.mp4": "/video/task-5f0c/files/final.mp4"}])] = {}
    as_of: datetime
    age_seconds: float
    source: Annotated[str, Field(examples=["temporal"])]


class AcceptedAnswer(Answer):
    """An accepted request for a task; `status_url` shows its progress."""

    task_id: Annotated[str, Field(examples=["task-5f0c"])]
    status: TaskStatus
    status_url: Annotated[str, Field(examples=["/status/task-5f0c"])]


class TaskSummary(Answer):
    """One task of the list."""

    task_id: Annotated[str, Field(examples=["task-5f0c"])]
    status: TaskStatus
    filename: Annotated[str, Field(examples=["holiday.mp4"])]
    size_bytes: int
    duration_s: float | None
    language: str | None
    animals_detected: list[str]
    error: FaultAnswer | None
    created_at: datetime
    status_url: str


class TaskList(Answer):
    """Tasks, newest first; `next` is the cursor of the next page, null on the last one."""

    tasks: list[TaskSummary]
    next: str | None = None


class ReadyAnswer(Answer):
    """Readiness of each service: `ok`, or an error code."""

    ready: bool
    parts: Annotated[dict[str, str], Field(examples=[{"temporal": "ok", "store": "ok", "catalogue": "ok"}])]


class PartAnswer(Answer):
    """One component of the installation; `mend` is the fix when it is not ok."""

    part: Annotated[str, Field(examples=["worker_gpu: speech model"])]
    ok: bool
    detail: Annotated[str, Field(examples=["ready"])]
    mend: str = ""


class DoctorAnswer(Answer):
    """Every component that was checked."""

    parts: list[PartAnswer]


def status_url(task_id: str) -> str:
    return f"/status/{task_id}"


def accepted(task_id: str, status: TaskStatus) -> AcceptedAnswer:
    return AcceptedAnswer(task_id=task_id, status=status, status_url=status_url(task_id))


def status_answer(live: LiveState, language: str, now_us: int) -> StatusAnswer:
    """Returns the response model of a task's state, with the animals' names in `language`."""
    state = live.state
    links = {name: f"/video/{state.task_id}/files/{name}" for name in state.outcome.files}
    return StatusAnswer(
        task_id=state.task_id,
        status=state.status,
        stages={
            stage.value: _stage(state.stages.get(stage.value, StageState()), live.as_of_us) for stage in Stage
        },
        result=_result(state.outcome, links, language),
        error=_fault(state.fault),
        parked_until=moment(state.parked_until_us),
        links=links,
        as_of=instant(live.as_of_us),
        age_seconds=max(0, now_us - live.as_of_us) / 1_000_000,
        source=live.source,
    )


def summary(row: VideoRow, status: TaskStatus) -> TaskSummary:
    """Returns the list entry of a task; `status` may be newer than the row's."""
    return TaskSummary(
        task_id=row.task_id,
        status=status,
        filename=row.filename,
        size_bytes=row.size_bytes,
        duration_s=None if row.duration_us is None else row.duration_us / 1_000_000,
        language=row.language,
        animals_detected=row.animals,
        error=_fault(Fault(row.fault_code, row.fault_message or "")) if row.fault_code else None,
        created_at=instant(row.created_us),
        status_url=status_url(row.task_id),
    )


def _result(outcome: TaskOutcome, links: dict[str, str], language: str) -> ResultAnswer:
    link_of_key = {key: links[name] for name, key in outcome.files.items()}
    return ResultAnswer(
        final_video=link_of_key.get(outcome.final_video or ""),
        language=outcome.language,
        animals_detected=[translate(label, language) for label in outcome.animals_detected],
        subtitles=link_of_key.get(outcome.subtitles or ""),
    )


def _stage(stage: StageState, as_of_us: int) -> StageAnswer:
    left_us = remaining_us(stage, as_of_us)
    return StageAnswer(
        status=stage.status,
        progress=stage.progress,
        attempt=stage.attempt or None,
        started_at=moment(stage.started_us),
        ended_at=moment(stage.ended_us),
        error=_fault(stage.fault),
        eta_seconds=None if left_us is None else left_us / 1_000_000,
        frames_done=stage.frames_done if stage.frames_total else None,
        frames_total=stage.frames_total or None,
        remarks=list(stage.remarks),
    )


def _fault(fault: Fault | None) -> FaultAnswer | None:
    return FaultAnswer(code=fault.code, message=fault.message) if fault else None


def moment(time_us: int | None) -> datetime | None:
    return None if time_us is None else instant(time_us)


def instant(time_us: int) -> datetime:
    """Converts microseconds since 1970 to a UTC datetime."""
    return datetime.fromtimestamp(time_us // 1_000_000, UTC).replace(microsecond=time_us % 1_000_000)
