"""Speech engine on a service of SpeechRecognition: voice detection, then the words of each region."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from adapters.models.native_calls import run_blocking, run_with_stall_limit
from adapters.models.settings import SpeechSettings
from adapters.speech.cached_transcript import words_of
from adapters.speech.pcm import PcmFile, Samples
from adapters.speech.recognizers import Recognizer, recognizer_named
from adapters.speech.voice_activity import voice_probabilities
from domain.attempts.progress import PartialProgress, ProgressReporter
from domain.errors import LanguageUnsupported
from domain.speech.cache import NO_CACHE, WorkCache
from domain.speech.cleanup import TranscribedWord, place_words
from domain.speech.languages import language_code
from domain.speech.regions import Region, group_regions, pack_regions, speech_spans
from domain.speech.words import LanguageEstimate, LanguageVerdict, Word

_VOICE_SHARE = 0.02


class SpeechRecognitionEngine:
    """Speech engine on SpeechRecognition: pocketsphinx offline, or an online service.

    Most services return a text without times; its words are then spread over their region by length,
    so a word is at most one region (some 30 s) off, but not in sync with the lips.
    No service detects languages: the language is the operator's setting.
    """

    def __init__(self, settings: SpeechSettings, recognizer: Recognizer | None = None) -> None:
        self._settings = settings
        self._recognizer = recognizer or recognizer_named(settings.engine, settings.service_key)
        self._language = language_code(settings.language)

    def prepare(self) -> None:
        """Check the installation, so that a missing package is reported before the first task."""
        self._recognizer.require()

    def detect_language(
        self, pcm_path: Path, progress: ProgressReporter, cache: WorkCache = NO_CACHE
    ) -> LanguageEstimate:
        """Language of the operator's setting, marked as uncertain; none if there is no speech."""
        pcm = PcmFile(pcm_path)
        probabilities = voice_probabilities(pcm, cache, progress, self._settings.stall_limit_s)
        progress.advance(1.0)
        if not speech_spans(probabilities, pcm.duration_us):
            return LanguageEstimate(LanguageVerdict.NO_SPEECH)
        return LanguageEstimate(LanguageVerdict.UNCERTAIN, self._language)

    def transcribe(
        self, pcm_path: Path, language: str | None, progress: ProgressReporter, cache: WorkCache = NO_CACHE
    ) -> list[Word]:
        """Words in order of time, in `language` or, without it, in that of the operator's setting."""
        code = language_code(language) if language else self._language
        if code not in self._recognizer.languages:
            raise LanguageUnsupported(f"The speech engine {self._recognizer.name} does not support {code}.")
        pcm = PcmFile(pcm_path)
        voice = PartialProgress(progress, 0.0, _VOICE_SHARE)
        probabilities = voice_probabilities(pcm, cache, voice, self._settings.stall_limit_s)
        spans = speech_spans(probabilities, pcm.duration_us)
        regions = pack_regions(spans, probabilities, self._settings.region_s * 1_000_000)
        recipe = {"engine": [self._recognizer.name, version("SpeechRecognition")], "language": code}
        transcribe_group = partial(self._group_words, pcm, code, progress)
        rest = PartialProgress(progress, _VOICE_SHARE, 1.0)
        words = words_of(group_regions(regions, at_most=1), recipe, cache, transcribe_group, rest)
        progress.advance(1.0)
        return words

    def _group_words(
        self, pcm: PcmFile, code: str, progress: ProgressReporter, group: Sequence[Region]
    ) -> list[Word]:
        return [
            word
            for region in group
            for word in place_words(region, self._recognize(pcm.region(region), code, progress))
        ]

    def _recognize(self, sound: Samples, code: str, progress: ProgressReporter) -> list[TranscribedWord]:
        call = partial(self._recognizer.words, sound, code)
        if self._recognizer.online:
            return run_blocking(call, progress)
        return run_with_stall_limit(call, progress, self._settings.stall_limit_s)
