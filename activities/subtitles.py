"""`subtitles`: transcribes the speech and writes it as WebVTT and SRT cues."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.artifacts.speech_cache import SpeechCache
from activities.artifacts.subtitle_files import store_cues
from activities.attempts.attempt import Attempt, open_attempt
from activities.ports import ObjectStore, SpeechEngine
from domain.messages.stages import SubtitleFiles, SubtitlesInput
from domain.subtitles.breaking import break_into_cues
from domain.subtitles.cues import Cue


@dataclass(frozen=True)
class Subtitles:
    store: ObjectStore
    speech: SpeechEngine
    scratch_root: Path

    @activity.defn(name="subtitles", no_thread_cancel_exception=True)
    def run(self, request: SubtitlesInput) -> SubtitleFiles:
        """Without speech both files are valid and have no cues."""
        with open_attempt(self.scratch_root, request.task_id) as attempt:
            cues = self._cues(request, attempt)
            return store_cues(self.store, attempt, cues, request.language)

    def _cues(self, request: SubtitlesInput, attempt: Attempt) -> list[Cue]:
        if request.audio is None:
            return []
        audio_path = attempt.scratch_path / "audio.pcm"
        self.store.download(request.audio.key, audio_path, attempt.part(0.0, 0.05))
        cache = SpeechCache(self.store, request.audio.sha256, attempt.scratch_path)
        words = self.speech.transcribe(audio_path, request.language, attempt.part(0.05, 1.0), cache)
        frame_us = 1_000_000 / request.media.picture.frame_rate.fraction
        return break_into_cues(words, request.media.duration_us, frame_us, language=request.language)
