"""The wire types of an encode in chunks; like all of them they grow by fields with defaults."""

from __future__ import annotations

from dataclasses import dataclass

from domain.media.chunks import Chunk, FrameClock
from domain.media.rendition import Rendition
from domain.media.source import SourceMedia
from domain.storage.artifact import Artifact


@dataclass(frozen=True)
class EncodeOrder:
    """What is to become of a source's picture, and the cues drawn into it.

    Older than `rendition` are tasks that name only `max_height`.
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
    """Where an encode is cut. Without chunks it is done whole, and `whole_because` says why.

    `sound_lag_us` is how long the source's sound goes on after its picture, None when it does not say.
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
    """`reused` says that somebody had encoded it before; `remark` how it came to be, if not as usual."""

    artifact: Artifact
    reused: bool = False
    remark: str = ""


@dataclass(frozen=True)
class EncodeSoundInput:
    order: EncodeOrder


@dataclass(frozen=True)
class JoinChunksInput:
    """`chunks` are the pictures of the plan's chunks, in their order."""

    order: EncodeOrder
    plan: ChunkPlan
    chunks: tuple[Artifact, ...]
    sound: Artifact | None = None
