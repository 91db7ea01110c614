"""Ports: interfaces of the activities to storage, media tools and models, implemented in `adapters/`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from domain.animals.detections import Detection
from domain.attempts.progress import ProgressReporter
from domain.media.chunks import Chunk, FrameClock
from domain.media.rendition import Rendition
from domain.media.source import SourceMedia
from domain.messages.encode import ChunkPlan
from domain.speech.cache import WorkCache
from domain.speech.words import LanguageEstimate, Word
from domain.storage.artifact import Artifact
from domain.subtitles.given import GivenCues


class ObjectStore(Protocol):
    """An S3 bucket. Every call raises `StoreUnavailable` when the store does not answer."""

    def download(self, key: str, scratch_path: Path, progress: ProgressReporter) -> None: ...

    def upload(
        self, scratch_path: Path, key: str, media_type: str, progress: ProgressReporter
    ) -> Artifact: ...

    def put(self, key: str, content: bytes, media_type: str) -> Artifact: ...

    def find(self, key: str) -> Artifact | None:
        """The artifact under this key, or None; also None if the store does not know its digest."""

    def copy(self, source: Artifact, target_key: str) -> Artifact: ...

    def remove_prefix(self, prefix: str) -> int:
        """Remove every object below `prefix`, and every unfinished upload; return how many."""


class MediaTool(Protocol):
    """FFmpeg in its sandbox. A fault of the source raises a `SenderError`."""

    def probe(self, source_path: Path, progress: ProgressReporter) -> SourceMedia:
        """Read the source to its end and return its streams."""

    def downscale(
        self,
        source_path: Path,
        media: SourceMedia,
        rendition: Rendition,
        target_path: Path,
        progress: ProgressReporter,
    ) -> bool:
        """Write the rendition as H.264 + AAC in MP4; True if the picture was copied."""

    def extract_audio(
        self, source_path: Path, media: SourceMedia, target_path: Path, progress: ProgressReporter
    ) -> None:
        """Write the sound as 16 kHz mono s16le PCM that is exactly in time with the picture."""

    def mux_subtitles(
        self,
        picture_path: Path,
        srt_path: Path,
        language: str | None,
        target_path: Path,
        progress: ProgressReporter,
    ) -> None:
        """Add the cues as a selectable track; picture and sound are copied."""

    def burn_subtitles(
        self,
        source_path: Path,
        media: SourceMedia,
        rendition: Rendition,
        cues_path: Path,
        target_path: Path,
        progress: ProgressReporter,
    ) -> None:
        """Scale the source and draw the cues into it in one pass."""


class ChunkTool(Protocol):
    """FFmpeg for encodes that are cut into chunks."""

    def encodes(self, media: SourceMedia, rendition: Rendition, *, draws: bool) -> bool:
        """False for a picture that is copied as it is."""

    def recipe_sha256(
        self, media: SourceMedia, rendition: Rendition, cues_sha256: str, *, plain: bool
    ) -> str:
        """Digest of all that decides the encoded bytes."""

    def plan(self, source_path: Path, media: SourceMedia, progress: ProgressReporter) -> ChunkPlan:
        """The chunks, or the reason for encoding the video in one piece."""

    def encode_chunk(
        self,
        source_path: Path,
        media: SourceMedia,
        rendition: Rendition,
        clock: FrameClock,
        chunk: Chunk,
        cues_path: Path | None,
        target_path: Path,
        progress: ProgressReporter,
        *,
        plain: bool,
    ) -> None:
        """Write the chunk's picture; `ArtifactMismatch` unless it has every frame."""

    def encode_sound(
        self, source_path: Path, media: SourceMedia, target_path: Path, progress: ProgressReporter
    ) -> None:
        """Write the whole sound as AAC."""

    def join(
        self,
        chunk_paths: Sequence[Path],
        plan: ChunkPlan,
        media: SourceMedia,
        rendition: Rendition,
        sound_path: Path | None,
        target_path: Path,
        progress: ProgressReporter,
    ) -> None:
        """Write the whole video; `ArtifactMismatch` unless every chunk's frames lie in their time."""


class SubtitleReader(Protocol):
    """Parser of SRT files."""

    def __call__(self, content: bytes, /) -> GivenCues:
        """The cues in order of start; raises `SubtitlesInvalid` with the faulty line."""


class SpeechEngine(Protocol):
    """Speech recognition on a file of 16 kHz mono s16le PCM. Pieces in the `cache` are not computed again."""

    def detect_language(
        self, pcm_path: Path, progress: ProgressReporter, cache: WorkCache
    ) -> LanguageEstimate: ...

    def transcribe(
        self, pcm_path: Path, language: str | None, progress: ProgressReporter, cache: WorkCache
    ) -> list[Word]:
        """Every word in order of time; none without speech. The `cache` does not change the result."""


class AnimalDetector(Protocol):
    """Detection of animals on sampled frames of a source."""

    @property
    def model_name(self) -> str: ...

    def detect(
        self, source_path: Path, media: SourceMedia, progress: ProgressReporter
    ) -> tuple[list[Detection], int]:
        """Every detection in order of time, and the number of examined frames."""
