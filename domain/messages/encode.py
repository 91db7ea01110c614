"""Wire types of an encode in chunks; like all of them they grow by fields with defaults."""

from __future__ import annotations

from dataclasses import dataclass

from domain.media.chunks import Chunk, FrameClock
from domain.media.rendition import Rendition
from domain.media.source import SourceMedia
from domain.storage.artifact import Artifact


@dataclass(frozen=True)
class EncodeOrder:
    """Encode of a source into a rendition, with cues burned in if there are any.

    Tasks from before `rendition` have only `max_height`.
    """

    task_id: str
    source: Artifact
    media: SourceMedia
    max_height: int
    cues: Artifact | None = None
    rendition: Rendition | None = None

    @property
    def goal(self) -> Rendition:
        return self.rendition or Rendition(self.max_height)


@dataclass(frozen=True)
class PlanChunksInput:
    order: EncodeOrder


@dataclass(frozen=True)
class ChunkPlan:
    """Chunks of an encode. Without chunks the video is encoded in one piece, for the reason `whole_because`.

    `sound_lag_us` is the time by which the source's sound is longer than its picture, None if unknown.
    """

    chunks: tuple[Chunk, ...] = ()
    clock: FrameClock | None = None
    sound_lag_us: int | None = None
    whole_because: str = ""

    @property
    def frames(self) -> int:
        return sum(chunk.frames for chunk in self.chunks)


@dataclass(frozen=True)
class EncodeChunkInput:
    order: EncodeOrder
    clock: FrameClock
    chunk: Chunk


@dataclass(frozen=True)
class EncodedChunk:
    """An encoded chunk. `reused` is true for a cached one; `remark` describes an unusual encode."""

    artifact: Artifact
    reused: bool = False
    remark: str = ""


@dataclass(frozen=True)
class EncodeSoundInput:
    order: EncodeOrder


@dataclass(frozen=True)
class JoinChunksInput:
    """Join of the encoded `chunks`, in the plan's order, and the sound."""

    order: EncodeOrder
    plan: ChunkPlan
    chunks: tuple[Artifact, ...]
    sound: Artifact | None = None
