"""FFmpeg as the pipeline's media tool: picks the command, runs it and checks the output."""

from __future__ import annotations

from pathlib import Path

from adapters.ffmpeg import doctor
from adapters.ffmpeg.commands import encode, subtitles
from adapters.ffmpeg.inspect import probe, verify
from adapters.ffmpeg.inspect.conformity import conforms, picture_conforms
from adapters.ffmpeg.inspect.ffprobe_report import picture_of, running_time_us, sound_of
from adapters.ffmpeg.run.runner import Runner
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.subtitles.ass_writer import write_ass
from domain.attempts.progress import ProgressReporter
from domain.media.rendition import Rendition
from domain.media.source import SourceMedia


class FfmpegTool:
    """Media tool, safe for many threads. A child runs in its target's folder, which is the attempt's own."""

    def __init__(self, recipe: EncodeRecipe, limits: MediaLimits, run_limits: RunLimits) -> None:
        self._recipe = recipe
        self._limits = limits
        self._runner = Runner(run_limits)

    def probe(self, source_path: Path, progress: ProgressReporter) -> SourceMedia:
        """Read the source to its end and return its properties."""
        return probe.probe(source_path, self._limits, self._runner, progress)

    def downscale(
        self,
        source_path: Path,
        media: SourceMedia,
        rendition: Rendition,
        target_path: Path,
        progress: ProgressReporter,
    ) -> bool:
        """Write the rendition as H.264 + AAC in MP4; True if the picture was copied."""
        copied = picture_conforms(media, rendition)
        if conforms(media, rendition):
            argv = encode.copy_all(source_path, media, target_path, self._limits)
        elif copied:
            argv = encode.copy_picture(source_path, media, self._recipe, target_path, self._limits)
        else:
            argv = encode.downscale(
                source_path,
                media,
                rendition,
                self._recipe,
                target_path,
                self._limits,
                tone_map=self._tone_maps(media),
            )
        self._runner.make(argv, target_path, media.duration_us, progress)
        self._check(target_path, media, rendition, progress)
        return copied

    def extract_audio(
        self, source_path: Path, media: SourceMedia, target_path: Path, progress: ProgressReporter
    ) -> None:
        """Write the sound as 16 kHz mono s16le PCM, exactly in sync with the picture."""
        argv = encode.speech_pcm(source_path, media, target_path, self._limits)
        self._runner.make(argv, target_path, media.duration_us, progress)
        verify.check_speech(target_path, encode.speech_samples(media.duration_us))

    def mux_subtitles(
        self,
        picture_path: Path,
        srt_path: Path,
        language: str | None,
        target_path: Path,
        progress: ProgressReporter,
    ) -> None:
        """Add the cues as a selectable track; picture and sound are copied."""
        before = probe.describe(picture_path, self._limits, self._runner, progress, reads_source=False)
        picture, sound = picture_of(before, self._limits), sound_of(before)
        duration_us = running_time_us(before, [stream.index for stream in (picture, sound) if stream])
        cues = subtitles.has_cues(srt_path)
        if cues:
            argv = subtitles.mux_subtitles(picture_path, srt_path, language, target_path, self._limits)
        else:
            argv = subtitles.copy_video(picture_path, target_path, self._limits)
        self._runner.make(argv, target_path, duration_us, progress, reads_source=False)
        after = probe.describe(target_path, self._limits, self._runner, progress, reads_source=False)
        verify.check_video(
            after,
            duration_us=duration_us,
            picture=picture,
            sound=sound,
            size=(picture.width, picture.height),
            subtitles=int(cues),
        )

    def burn_subtitles(
        self,
        source_path: Path,
        media: SourceMedia,
        rendition: Rendition,
        cues_path: Path,
        target_path: Path,
        progress: ProgressReporter,
    ) -> None:
        """Scale the source and burn the cues in, in one encode."""
        if not subtitles.has_cues(cues_path):
            self.downscale(source_path, media, rendition, target_path, progress)
            return
        argv = subtitles.burn_subtitles(
            source_path,
            media,
            rendition,
            write_ass(cues_path, rendition, media.picture, target_path),
            self._recipe,
            target_path,
            self._limits,
            tone_map=self._tone_maps(media),
        )
        self._runner.make(argv, target_path, media.duration_us, progress)
        self._check(target_path, media, rendition, progress)

    def _check(
        self, target_path: Path, media: SourceMedia, rendition: Rendition, progress: ProgressReporter
    ) -> None:
        report = probe.describe(target_path, self._limits, self._runner, progress, reads_source=False)
        picture = media.picture
        verify.check_video(
            report,
            duration_us=media.duration_us,
            picture=picture,
            sound=media.sound,
            size=rendition.size(picture.display_width, picture.display_height),
            subtitles=0,
        )

    def _tone_maps(self, media: SourceMedia) -> bool:
        return media.picture.color_transfer in encode.HDR_TRANSFERS and doctor.can_tone_map()
