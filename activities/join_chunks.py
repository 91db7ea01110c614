"""`join_chunks`: joins the chunks' pictures and the whole sound into one video."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.attempts.attempt import open_attempt
from activities.ports import ChunkTool, ObjectStore
from domain.attempts.progress import PartialProgress, ProgressReporter
from domain.errors import ArtifactMismatch
from domain.messages.encode import JoinChunksInput
from domain.messages.stages import EncodedVideo
from domain.storage.artifact import Artifact


@dataclass(frozen=True)
class JoinChunks:
    store: ObjectStore
    chunk_tool: ChunkTool
    scratch_root: Path

    @activity.defn(name="join_chunks", no_thread_cancel_exception=True)
    def run(self, request: JoinChunksInput) -> EncodedVideo:
        """Copies the streams, and checks that the result has every frame of every chunk."""
        order = request.order
        with open_attempt(self.scratch_root, order.task_id) as attempt:
            parts = [*request.chunks, *([request.sound] if request.sound else [])]
            paths = [attempt.scratch_path / f"part-{number:05}.mp4" for number in range(len(parts))]
            share = 0.4 / len(parts)
            for number, (part, path) in enumerate(zip(parts, paths, strict=True)):
                self._fetch(part, path, attempt.part(number * share, (number + 1) * share))
            joined_path = attempt.scratch_path / "joined.mp4"
            chunk_paths = paths[: len(request.chunks)]
            sound_path = paths[-1] if request.sound else None
            self.chunk_tool.join(
                chunk_paths,
                request.plan,
                order.media,
                order.goal,
                sound_path,
                joined_path,
                attempt.part(0.4, 0.9),
            )
            artifact = self.store.upload(
                joined_path, attempt.key("joined.mp4"), "video/mp4", attempt.part(0.9, 1.0)
            )
            return EncodedVideo(artifact)

    def _fetch(self, part: Artifact, path: Path, progress: ProgressReporter) -> None:
        self.store.download(part.key, path, PartialProgress(progress, 0.0, 0.9))
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
                raise ArtifactMismatch(f"{part.key} in the object store does not match its SHA-256.")
        progress.advance(1.0)
