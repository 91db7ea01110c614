"""`encode_chunk`: encodes one chunk of a long video, unless it is in the cache.

The failures of a chunk are passed on to the next attempt in the heartbeat details.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from temporalio import activity

from activities.artifacts.source_cache import SourceFiles
from activities.artifacts.store_once import store_once
from activities.attempts.attempt import Attempt, open_attempt
from activities.ports import ChunkTool, ObjectStore
from domain.attempts.chunk_retries import ChunkRetry, is_hopeless, next_retry, remark
from domain.errors import (
    AttemptHandedBack,
    AttemptStopped,
    ChunkFailed,
    ChunkGivenUp,
    PipelineError,
)
from domain.messages.encode import EncodeChunkInput, EncodedChunk
from domain.storage.keys import chunk_key


@dataclass(frozen=True)
class EncodeChunk:
    """`identity` is the name of this worker, unique among all workers."""

    store: ObjectStore
    sources: SourceFiles
    chunk_tool: ChunkTool
    scratch_root: Path
    identity: str

    @activity.defn(name="encode_chunk", no_thread_cancel_exception=True)
    def run(self, request: EncodeChunkInput) -> EncodedChunk:
        """Stores the chunk's picture under a key of its source, recipe and span."""
        with open_attempt(self.scratch_root, request.order.task_id) as attempt:
            before = attempt.before
            attempt.progress.send(replace(attempt.progress.details, frames=request.chunk.frames))
            retry = next_retry(before, self.identity)
            if retry is ChunkRetry.HAND_BACK:
                attempt.progress.send(replace(attempt.progress.details, handed_back=before.handed_back + 1))
                raise AttemptHandedBack(f"Another worker must try it, after: {before.last_failure}")
            key = self._key(request, plain=retry is ChunkRetry.PLAIN)
            if cached := self.store.find(key):
                return EncodedChunk(cached, reused=True)
            encoded_path = self._encode(request, attempt, plain=retry is ChunkRetry.PLAIN)
            progress = attempt.part(0.98, 1.0)
            artifact = store_once(self.store, attempt, encoded_path, key, "video/mp4", progress)
            return EncodedChunk(artifact, remark=remark(_name(request), before, self.identity))

    def _key(self, request: EncodeChunkInput, *, plain: bool) -> str:
        order = request.order
        cues_sha256 = order.cues.sha256 if order.cues else ""
        recipe = self.chunk_tool.recipe_sha256(order.media, order.goal, cues_sha256, plain=plain)
        return chunk_key(order.source.sha256, recipe, request.chunk)

    def _encode(self, request: EncodeChunkInput, attempt: Attempt, *, plain: bool) -> Path:
        order = request.order
        source_path = attempt.scratch_path / "source"
        encoded_path = attempt.scratch_path / "chunk.mp4"
        cues_path = attempt.scratch_path / "cues" if order.cues else None
        self.sources.place(order.source, source_path, attempt.part(0.0, 0.02))
        if order.cues and cues_path:
            self.store.download(order.cues.key, cues_path, attempt.part(0.02, 0.02))
        try:
            self.chunk_tool.encode_chunk(
                source_path,
                order.media,
                order.goal,
                request.clock,
                request.chunk,
                cues_path,
                encoded_path,
                attempt.part(0.02, 0.98),
                plain=plain,
            )
        except AttemptStopped:
            raise
        except PipelineError as error:
            raise self._failed(request, attempt, error) from error
        return encoded_path

    def _failed(
        self, request: EncodeChunkInput, attempt: Attempt, error: PipelineError
    ) -> ChunkFailed | ChunkGivenUp:
        failures = attempt.before.failures + 1
        message = f"{error.code}: {error}"[:300]
        details = attempt.progress.details
        attempt.progress.send(
            replace(details, failures=failures, failed_on=self.identity, last_failure=message)
        )
        if is_hopeless(failures):
            return ChunkGivenUp(f"{_name(request)} failed {failures} times, the last time by {message}")
        return ChunkFailed(f"{_name(request)}: {message}")


def _name(request: EncodeChunkInput) -> str:
    start_s, end_s = (
        request.clock.media_us(pts) / 1_000_000 for pts in (request.chunk.start_pts, request.chunk.end_pts)
    )
    return f"Chunk {request.chunk.index} ({start_s:.1f} s to {end_s:.1f} s)"
