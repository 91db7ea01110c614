"""Wire types of a task's start and its first calls."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.accounts.identity import Plan
from domain.storage.artifact import Artifact
from domain.tasks.options import ProcessingOptions


@dataclass(frozen=True)
class PipelineRequest:
    """Input of a `VideoPipeline`. `stage_timeout_s` limits one attempt of a stage.

    A video longer than `chunk_after_s` is encoded in chunks; 0, as in tasks from before chunks, turns
    chunks off. A webhook is sent to `webhook_url` when the task has completed or failed.
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
    """Result of the probe, for the HTTP request that waits for it."""

    accepted: bool
    fault_code: str = ""
    fault_message: str = ""


@dataclass(frozen=True)
class RetryStage:
    """Request to a parked task to retry a failed stage."""

    stage: str
