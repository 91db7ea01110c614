"""Wire types of a task's start and its first calls."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.accounts.identity import Plan
from domain.storage.artifact import Artifact
from domain.tasks.options import ProcessingOptions


@dataclass(frozen=True)
class PipelineRequest:
    """Starts a `VideoPipeline`. `stage_timeout_s` bounds one attempt of a stage.

    An encode of more than `chunk_after_s` of media is cut into chunks; 0, as in tasks that are
    older than chunks, never cuts. `webhook_url` is told when the task has completed or failed.
    """

    task_id: str
    video_id: str
    owner: str
    filename: str
    source: Artifact
    options: ProcessingOptions = field(default_factory=ProcessingOptions)
    stage_timeout_s: int = 1800
    park_s: int = 24 * 3600
    chunk_after_s: int = 0
    plan: Plan = Plan.STANDARD
    webhook_url: str = ""


@dataclass(frozen=True)
class Admission:
    """The verdict of the probe, for the caller who still waits on the line."""

    accepted: bool
    fault_code: str = ""
    fault_message: str = ""


@dataclass(frozen=True)
class RetryStage:
    """Asks a parked task to try a failed stage again."""

    stage: str
