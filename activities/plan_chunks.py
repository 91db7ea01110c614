"""`plan_chunks`: plans the chunks of a long encode, or gives the reason for encoding it in one piece."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.artifacts.source_cache import SourceFiles
from activities.attempts.attempt import open_attempt
from activities.ports import ChunkTool
from domain.messages.encode import ChunkPlan, PlanChunksInput


@dataclass(frozen=True)
class PlanChunks:
    sources: SourceFiles
    chunk_tool: ChunkTool
    scratch_root: Path

    @activity.defn(name="plan_chunks", no_thread_cancel_exception=True)
    def run(self, request: PlanChunksInput) -> ChunkPlan:
        """Reads every packet of the picture, without decoding."""
        order = request.order
        if not self.chunk_tool.encodes(order.media, order.goal, draws=order.cues is not None):
            return ChunkPlan()
        with open_attempt(self.scratch_root, order.task_id) as attempt:
            source_path = attempt.scratch_path / "source"
            self.sources.place(order.source, source_path, attempt.part(0.0, 0.5))
            return self.chunk_tool.plan(source_path, order.media, attempt.part(0.5, 1.0))
