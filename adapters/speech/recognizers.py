"""Recognizers of SpeechRecognition: call of each service, and word times for services without them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import speech_recognition

from adapters.speech.pcm import SAMPLE_RATE_HZ, Samples
from domain.errors import LanguageUnsupported, SpeechServiceUnavailable, ToolMissing
from domain.speech.cleanup import TranscribedWord
from domain.speech.languages import LANGUAGES

_SERVICE_LIMIT_S = 60
# The library's default address has no TLS.
_GOOGLE_ENDPOINT = "https://www.google.com/speech-api/v2/recognize"
_POCKETSPHINX_FRAME_US = 10_000
_POCKETSPHINX_VARIANT = "("  # "read(2)" is the second pronunciation of "read"

Call = Callable[[Any, Any, str], list[TranscribedWord]]


@dataclass(frozen=True)
class Recognizer:
    """Service with its languages, the package that it needs, and its call."""

    name: str
    languages: frozenset[str]
    package: str
    call: Call
    online: bool = True

    def require(self) -> None:
        """Raise ToolMissing when the service's client package is not installed."""
        top = self.package.partition(".")[0]
        if importlib.util.find_spec(top) is None or importlib.util.find_spec(self.package) is None:
            raise ToolMissing(
                f"SPEECH_ENGINE={self.name} needs the Python package {self.package}: install it."
            )

    def words(self, sound: Samples, language: str) -> list[TranscribedWord]:
        """Words of one stretch of speech, with times relative to it; none when it is not understood."""
        if language not in self.languages:
            raise LanguageUnsupported(f"The speech engine {self.name} does not support {language}.")
        pcm = (sound * 32767).astype("<i2").tobytes()
        recognizer = speech_recognition.Recognizer()
        recognizer.operation_timeout = _SERVICE_LIMIT_S
        try:
            return self.call(recognizer, speech_recognition.AudioData(pcm, SAMPLE_RATE_HZ, 2), language)
        except speech_recognition.UnknownValueError:
            return []
        # Every service has its own exception types.
        except Exception as fault:
            raise SpeechServiceUnavailable(
                f"The speech engine {self.name} does not answer: {fault}"
            ) from fault


def spread_words(text: str, duration_us: int) -> list[TranscribedWord]:
    """Words of a text without times, each with a duration by its share of the letters."""
    texts = text.split()
    letters = sum(len(word) for word in texts)
    words: list[TranscribedWord] = []
    letters_before = 0
    for word in texts:
        start_us, letters_before = duration_us * letters_before // letters, letters_before + len(word)
        words.append(
            TranscribedWord(word, start_us, duration_us * letters_before // letters, probability=1.0)
        )
    return words


def _pocketsphinx(recognizer: Any, audio: Any, language: str) -> list[TranscribedWord]:
    decoder = recognizer.recognize_sphinx(audio, show_all=True)
    math = decoder.get_logmath()
    return [
        TranscribedWord(
            text=segment.word.partition(_POCKETSPHINX_VARIANT)[0],
            start_us=segment.start_frame * _POCKETSPHINX_FRAME_US,
            end_us=(segment.end_frame + 1) * _POCKETSPHINX_FRAME_US,
            probability=min(math.exp(segment.prob), 1.0),
        )
        for segment in decoder.seg() or ()
        if not segment.word.startswith(("<", "["))  # silence and noises
    ]


def _text_only(method: str, language_parameter: str, **options: str | None) -> Call:
    def call(recognizer: Any, audio: Any, language: str) -> list[TranscribedWord]:
        text = getattr(recognizer, method)(audio, **options, **{language_parameter: language})
        duration_us = len(audio.frame_data) // 2 * 1_000_000 // SAMPLE_RATE_HZ
        return spread_words(text, duration_us)

    return call


def google(endpoint: str, key: str | None) -> Recognizer:
    """Google's free service; without `key` the library's default key is used, which may be withdrawn."""
    call = _text_only("recognize_google", "language", endpoint=endpoint, key=key)
    return Recognizer("google", LANGUAGES, "speech_recognition", call)


def recognizer_named(name: str, key: str | None = None) -> Recognizer:
    """Service of a SPEECH_ENGINE; services without a `key` parameter read theirs from the environment."""
    match name:
        case "pocketsphinx":
            return Recognizer(name, frozenset({"en"}), "pocketsphinx", _pocketsphinx, online=False)
        case "google":
            return google(_GOOGLE_ENDPOINT, key)
        case "google_cloud":
            call = _text_only("recognize_google_cloud", "language_code")
            return Recognizer(name, LANGUAGES, "google.cloud.speech", call)
        case _:
            return Recognizer(name, LANGUAGES, name, _text_only(f"recognize_{name}", "language"))
