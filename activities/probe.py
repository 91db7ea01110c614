"""`probe`: validates a source and reads its streams and duration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.attempts.attempt import open_attempt
from activities.ports import MediaTool, ObjectStore
from domain.media.source import SourceMedia
from domain.messages.stages import ProbeInput


@dataclass(frozen=True)
class Probe:
    store: ObjectStore
    media_tool: MediaTool
    scratch_root: Path

    @activity.defn(name="probe", no_thread_cancel_exception=True)
    def run(self, request: ProbeInput) -> SourceMedia:
        """Reads the source to its end; an invalid source fails without a retry."""
        with open_attempt(self.scratch_root, request.task_id) as attempt:
            source_path = attempt.scratch_path / "source"
            self.store.download(request.source.key, source_path, attempt.part(0.0, 0.5))
            return self.media_tool.probe(source_path, attempt.part(0.5, 1.0))
