"""Choice of the speech engine by setting."""

from __future__ import annotations

from adapters.models.settings import FASTER_WHISPER, SpeechSettings
from adapters.speech.faster_whisper_engine import FasterWhisperEngine
from adapters.speech.speech_recognition_engine import SpeechRecognitionEngine


def speech_engine(settings: SpeechSettings) -> FasterWhisperEngine | SpeechRecognitionEngine:
    """Engine of SPEECH_ENGINE, with nothing loaded yet."""
    if settings.engine == FASTER_WHISPER:
        return FasterWhisperEngine(settings)
    return SpeechRecognitionEngine(settings)
