"""Where a task's subtitles come from: a file that was given, or what is heard."""

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
    from domain.messages.stages import SubtitleFiles
    from domain.messages.start import PipelineRequest
    from domain.messages.subtitles import GivenSubtitlesInput
    from domain.speech.words import LanguageEstimate, LanguageVerdict
    from domain.storage.artifact import Artifact
    from domain.tasks.board import skipped_stages
    from domain.tasks.state import Stage
    from workflows import policies
    from workflows.stage_runner import StageRunner


@dataclass
class SubtitleStages:
    """For one task; `given` is set once its file has been understood."""

    stages: StageRunner
    request: PipelineRequest
    given: SubtitleFiles | None = None

    async def read_given(self, media: SourceMedia) -> None:
        """A file that can't be understood ends the task, like a source that can't."""
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
        """Subtitles need the sound and its language, but no picture; None when none are wanted."""
        if self.given is not None:
            self.stages.learn(language=self.request.options.language)
            return self.given
        skipped = skipped_stages(self.request.options)
        audio = await self._extract_audio(media, skipped)
        language = await self._know_language(audio)
        self.stages.learn(language=language.language, language_probability=language.probability)
        if Stage.SUBTITLES in skipped:
            return None
        spoken = language.verdict is not LanguageVerdict.NO_SPEECH
        return await self.stages.run(
            Stage.SUBTITLES,
            Subtitles.run,
            stages.SubtitlesInput(self.request.task_id, media, audio if spoken else None, language.language),
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

    async def _know_language(self, audio: Artifact | None) -> LanguageEstimate:
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
