"""A long encode in chunks: planned once, encoded by any number of workers, joined once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.encode_chunk import EncodeChunk
    from activities.encode_sound import EncodeSound
    from activities.join_chunks import JoinChunks
    from activities.plan_chunks import PlanChunks
    from domain.media.chunks import Chunk
    from domain.messages.encode import (
        ChunkPlan,
        EncodeChunkInput,
        EncodeOrder,
        EncodeSoundInput,
        JoinChunksInput,
        PlanChunksInput,
    )
    from domain.messages.stages import EncodedVideo
    from domain.storage.artifact import Artifact
    from domain.tasks.state import Stage
    from workflows import policies
    from workflows.stage_runner import StageRunner, StepFailed, all_of, now_us

# Enough for all workers that share a video; more would only fill the queue ahead of other tasks.
_CHUNKS_AT_ONCE = 64

# After these errors the video is encoded in one piece: slower, and not resumable, but without chunks.
_WHOLE_INSTEAD = frozenset({"ChunkGivenUp", "ArtifactMismatch", "FileUnknown"})


@dataclass
class ChunkedEncode:
    """One encode in chunks, for one stage of a task."""

    stages: StageRunner
    stage: Stage
    order: EncodeOrder
    _done_frames: int = 0
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CHUNKS_AT_ONCE))

    async def run(self) -> EncodedVideo | None:
        """The encoded video, or None if it must be encoded in one piece; a remark has the reason."""
        plan = await self._plan()
        if plan.whole_because:
            self._remark(f"Encoded whole: {plan.whole_because}.")
        if not plan.chunks:
            return None
        self._count(plan)
        try:
            chunks = [asyncio.create_task(self._encode(plan, chunk)) for chunk in plan.chunks]
            sound = asyncio.create_task(self._encode_sound())
            await all_of(*chunks, sound)
            return await self._join(plan, tuple(chunk.result() for chunk in chunks), sound.result())
        except StepFailed as failure:
            self._remark(f"Encoded whole after all: {failure.fault.message}")
            if self.stages.retryable(self.stage.value):
                self.stages.retry(self.stage.value)
            self.stages.board.count_frames(self.stage, 0, 0, now_us())
            return None

    async def _plan(self) -> ChunkPlan:
        return await self.stages.run(
            self.stage,
            PlanChunks.run,
            PlanChunksInput(self.order),
            queue=policies.QUICK_QUEUE,
            step="plan",
            goal=0,
        )

    async def _encode(self, plan: ChunkPlan, chunk: Chunk) -> Artifact:
        assert plan.clock is not None
        async with self._slots:
            encoded = await self.stages.run_part(
                self.stage,
                EncodeChunk.run,
                EncodeChunkInput(self.order, plan.clock, chunk),
                step=f"chunk-{chunk.index:04}",
                queue=policies.CPU_QUEUE,
                final_codes=_WHOLE_INSTEAD,
            )
        if encoded.remark:
            self._remark(encoded.remark)
        self._done_frames += chunk.frames
        self._count(plan)
        return encoded.artifact

    async def _encode_sound(self) -> Artifact | None:
        if self.order.media.sound is None:
            return None
        return await self.stages.run_part(
            self.stage,
            EncodeSound.run,
            EncodeSoundInput(self.order),
            step="sound",
            queue=policies.CPU_QUEUE,
        )

    async def _join(
        self, plan: ChunkPlan, chunks: tuple[Artifact, ...], sound: Artifact | None
    ) -> EncodedVideo:
        joined = await self.stages.run_part(
            self.stage,
            JoinChunks.run,
            JoinChunksInput(self.order, plan, chunks, sound),
            step="join",
            queue=policies.CPU_QUEUE,
            final_codes=_WHOLE_INSTEAD,
        )
        self.stages.complete(self.stage)
        return joined

    def _count(self, plan: ChunkPlan) -> None:
        self.stages.board.count_frames(self.stage, self._done_frames, plan.frames, now_us())
        self.stages.write_memo()

    def _remark(self, remark: str) -> None:
        self.stages.board.remark(self.stage, remark, now_us())
