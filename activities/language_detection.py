"""`language_detection`: estimates the spoken language from several windows of the whole video."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.artifacts.speech_cache import SpeechCache
from activities.attempts.attempt import open_attempt
from activities.ports import ObjectStore, SpeechEngine
from domain.messages.stages import LanguageInput
from domain.speech.words import LanguageEstimate


@dataclass(frozen=True)
class LanguageDetection:
    store: ObjectStore
    speech: SpeechEngine
    scratch_root: Path

    @activity.defn(name="language_detection", no_thread_cancel_exception=True)
    def run(self, request: LanguageInput) -> LanguageEstimate:
        with open_attempt(self.scratch_root, request.task_id) as attempt:
            audio_path = attempt.scratch_path / "audio.pcm"
            self.store.download(request.audio.key, audio_path, attempt.part(0.0, 0.1))
            cache = SpeechCache(self.store, request.audio.sha256, attempt.scratch_path)
            return self.speech.detect_language(audio_path, attempt.part(0.1, 1.0), cache)
