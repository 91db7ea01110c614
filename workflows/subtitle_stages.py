"""Subtitles of a task: from a given file, or by speech recognition."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.extract_audio import ExtractAudio
    from activities.given_subtitles import GivenSubtitles
    from activities.language_detection import LanguageDetection
    from activities.subtitles import Subtitles
    from domain.media.source import SourceMedia
    from domain.messages import stages
    from domain.messages.stages import GivenSubtitlesInput, SubtitleFiles
    from domain.messages.start import PipelineRequest
    from domain.speech.words import LanguageEstimate, LanguageVerdict
    from domain.storage.artifact import Artifact
    from domain.tasks.board import skipped_stages
    from domain.tasks.state import Stage
    from workflows import policies
    from workflows.stage_runner import StageRunner


@dataclass
class SubtitleStages:
    """Subtitle stages of one task; `given` is set once the given file has been parsed."""

    stages: StageRunner
    request: PipelineRequest
    given: SubtitleFiles | None = None

    async def read_given(self, media: SourceMedia) -> None:
        """Parses a given subtitle file; the task fails if it is invalid, as for an invalid source."""
        options = self.request.options
        if options.given_subtitles is None:
            return
        self.given = await self.stages.run(
            Stage.MERGER,
            GivenSubtitles.run,
            GivenSubtitlesInput(self.request.task_id, options.given_subtitles, media, options.language),
            queue=policies.QUICK_QUEUE,
            step="given",
            goal=0,
            refusable=True,
        )

    async def run(self, media: SourceMedia) -> SubtitleFiles | None:
        """The subtitles, which need the sound and its language but no picture; None if not wanted."""
        if self.given is not None:
            self.stages.set_outcome(language=self.request.options.language)
            return self.given
        skipped = skipped_stages(self.request.options)
        audio = await self._extract_audio(media, skipped)
        language = await self._language(audio)
        self.stages.set_outcome(language=language.language, language_probability=language.probability)
        if Stage.SUBTITLES in skipped:
            return None
        has_speech = language.verdict is not LanguageVerdict.NO_SPEECH
        speech_audio = audio if has_speech else None
        return await self.stages.run(
            Stage.SUBTITLES,
            Subtitles.run,
            stages.SubtitlesInput(self.request.task_id, media, speech_audio, language.language),
            queue=policies.GPU_QUEUE,
        )

    async def _extract_audio(self, media: SourceMedia, skipped: frozenset[Stage]) -> Artifact | None:
        language_given = Stage.LANGUAGE_DETECTION in skipped
        if media.sound is None or (language_given and Stage.SUBTITLES in skipped):
            return None
        return await self.stages.run(
            Stage.SUBTITLES if language_given else Stage.LANGUAGE_DETECTION,
            ExtractAudio.run,
            stages.ExtractAudioInput(self.request.task_id, self.request.source, media),
            queue=policies.QUICK_QUEUE,
            step="audio",
            goal=20,
        )

    async def _language(self, audio: Artifact | None) -> LanguageEstimate:
        given = self.request.options.language
        if given is not None:
            return LanguageEstimate(LanguageVerdict.GIVEN, given, 1.0)
        if audio is None:
            self.stages.finish(Stage.LANGUAGE_DETECTION)
            return LanguageEstimate(LanguageVerdict.NO_AUDIO)
        return await self.stages.run(
            Stage.LANGUAGE_DETECTION,
            LanguageDetection.run,
            stages.LanguageInput(self.request.task_id, audio),
            queue=policies.GPU_QUEUE,
        )
