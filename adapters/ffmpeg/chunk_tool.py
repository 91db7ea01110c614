"""Chunked encoding with FFmpeg: plans, encodes and joins chunks, and counts the frames after each step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from adapters.ffmpeg import doctor
from adapters.ffmpeg.commands import chunks, encode
from adapters.ffmpeg.inspect import probe, verify
from adapters.ffmpeg.inspect.conformity import picture_conforms
from adapters.ffmpeg.inspect.frame_scan import FramesUncountable, scan_frames
from adapters.ffmpeg.run.runner import Runner
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.subtitles.ass_writer import write_ass
from domain.attempts.progress import PartialProgress, ProgressReporter
from domain.media.chunks import Chunk, FrameClock, chunk_length_us, chunk_starts, plan_chunks
from domain.media.rendition import Rendition
from domain.media.source import SourceMedia
from domain.messages.encode import ChunkPlan

# Raise it with any change of the commands that changes their output: cached chunks of the old are not joined.
_REVISION = 2


class ChunkTool:
    """Planner, encoder and joiner of chunks; safe for many threads. A child runs in its target's folder."""

    def __init__(self, recipe: EncodeRecipe, limits: MediaLimits, run_limits: RunLimits) -> None:
        self._recipe = recipe
        # Fallback after repeated failures of the usual recipe: less memory, no threads that can deadlock.
        self._plain = replace(recipe, preset="veryfast", threads=1)
        self._limits = limits
        self._runner = Runner(run_limits)

    def encodes(self, media: SourceMedia, rendition: Rendition, *, draws: bool) -> bool:
        """True when the picture must be encoded, False when it can be copied."""
        return draws or not picture_conforms(media, rendition)

    def recipe_sha256(
        self, media: SourceMedia, rendition: Rendition, cues_sha256: str, *, plain: bool
    ) -> str:
        """Cache key of an encode: changes whenever the encoded bytes would change."""
        recipe = (self._plain if plain else self._recipe).with_quality_of(rendition)
        sides = (media.picture.display_width, media.picture.display_height)
        sizes = (rendition.picture_size(*sides), rendition.size(*sides))
        look = (cues_sha256, asdict(rendition.style)) if cues_sha256 else ()
        text = json.dumps([_REVISION, asdict(recipe), sizes, look, self._tone_maps(media)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def plan(self, source_path: Path, media: SourceMedia, progress: ProgressReporter) -> ChunkPlan:
        """Chunk borders of the source, or the reason why it must be encoded whole."""
        report = probe.describe(source_path, self._limits, self._runner, progress, reads_source=True)
        try:
            index = scan_frames(source_path, report, media, self._limits, self._runner, progress)
        except FramesUncountable as reason:
            return ChunkPlan(whole_because=str(reason))
        # A broadcast recording (MPEG-TS) has no index: seeks and stream lengths are guesses there.
        indexed = media.container != "mpegts"
        chunks = plan_chunks(index, chunk_length_us(media.duration_us), seeks_exactly=indexed)
        lag = (
            verify.lag_us(report, media.picture.index, media.sound.index) if media.sound and indexed else None
        )
        return ChunkPlan(chunks, index.clock, lag)

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
        """Encode the chunk's picture; raises `ArtifactMismatch` unless it has every frame."""
        argv = chunks.encode_chunk(
            source_path,
            media,
            rendition,
            clock,
            chunk,
            write_ass(cues_path, rendition, media.picture, target_path) if cues_path else None,
            self._plain if plain else self._recipe,
            target_path,
            self._limits,
            tone_map=self._tone_maps(media),
        )
        span = (chunk.end_pts - chunk.start_pts) * clock.time_base.fraction
        self._runner.make(argv, target_path, round(span * 1_000_000), progress)
        report = probe.describe(target_path, self._limits, self._runner, progress, reads_source=False)
        verify.check_frames(report, chunk.frames, self._size(media, rendition))

    def encode_sound(
        self, source_path: Path, media: SourceMedia, target_path: Path, progress: ProgressReporter
    ) -> None:
        """Encode the whole sound as AAC."""
        argv = chunks.encode_sound(source_path, media, self._recipe, target_path, self._limits)
        self._runner.make(argv, target_path, media.duration_us, progress)

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
        """Join chunks and sound; raises `ArtifactMismatch` unless each chunk starts at its planned time."""
        assert plan.clock is not None
        picture = media.picture
        rate = picture.frame_rate if picture.constant_frame_rate else None
        starts = chunk_starts(plan.chunks, plan.clock, rate)
        list_path = target_path.with_suffix(".ffconcat")
        list_path.write_text(chunks.chunk_list([path.name for path in chunk_paths], starts))
        first_us = plan.clock.media_us(plan.chunks[0].start_pts)
        argv = chunks.join_chunks(list_path, first_us, sound_path, media, target_path, self._limits)
        self._runner.make(
            argv, target_path, media.duration_us, PartialProgress(progress, 0.0, 0.8), reads_source=False
        )
        report = probe.describe(target_path, self._limits, self._runner, progress, reads_source=False)
        verify.check_frames(report, plan.frames, self._size(media, rendition))
        verify.check_video(
            report,
            duration_us=media.duration_us,
            picture=picture,
            sound=media.sound,
            size=self._size(media, rendition),
            subtitles=0,
        )
        verify.check_lag(report, picture, media.sound, plan.sound_lag_us)
        joined = replace(media, picture=replace(picture, index=0, codec="h264"))
        last = PartialProgress(progress, 0.8, 1.0)
        made = scan_frames(target_path, report, joined, self._limits, self._runner, last)
        verify.check_borders(made, [chunk.frames for chunk in plan.chunks], starts)

    def _size(self, media: SourceMedia, rendition: Rendition) -> tuple[int, int]:
        return rendition.size(media.picture.display_width, media.picture.display_height)

    def _tone_maps(self, media: SourceMedia) -> bool:
        return media.picture.color_transfer in encode.HDR_TRANSFERS and doctor.can_tone_map()
