"""Speech engine on faster-whisper: voice detection, then language, then the words of each region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from faster_whisper import WhisperModel

from adapters.models.load_once import LoadedOnce
from adapters.models.native_calls import run_blocking, run_with_stall_limit
from adapters.models.settings import SpeechSettings
from adapters.speech.cached_transcript import words_of
from adapters.speech.pcm import PcmFile, Samples
from adapters.speech.voice_activity import voice_probabilities
from adapters.speech.whisper_decoding import (
    DECODING_VERSION,
    Decoded,
    better,
    decode_batch,
    decode_carefully,
    features,
)
from adapters.speech.whisper_model import known_languages, load_whisper, model_digest, whisper_code
from domain.attempts.progress import PartialProgress, ProgressReporter
from domain.errors import LanguageUnsupported
from domain.speech.cache import NO_CACHE, WorkCache
from domain.speech.cleanup import place_words, start_with_voice
from domain.speech.languages import WindowScores, estimate_language, language_code
from domain.speech.regions import Region, group_regions, language_windows, pack_regions, speech_spans
from domain.speech.words import LanguageEstimate, LanguageVerdict, SpeechSpan, Word

# Shares of the work, measured with the tiny model; larger models make the first two smaller.
_VOICE_SHARE = 0.05
_LANGUAGE_SHARE = 0.15


@dataclass(frozen=True)
class _Sound:
    """Sound file with its voice probabilities and speech spans."""

    pcm: PcmFile
    probabilities: Sequence[float]
    spans: tuple[SpeechSpan, ...]


class FasterWhisperEngine:
    """Speech engine on CTranslate2; the model is loaded at its first use and shared by all threads."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._model = LoadedOnce(partial(load_whisper, settings))
        self._model_digest = LoadedOnce(partial(model_digest, settings))

    def prepare(self) -> None:
        """Load the model now, so that a missing one is reported before the first task."""
        self._model.get()
        self._model_digest.get()

    def detect_language(
        self, pcm_path: Path, progress: ProgressReporter, cache: WorkCache = NO_CACHE
    ) -> LanguageEstimate:
        """Language of the whole video, from windows spread over all of its speech."""
        sound = self._speech_of(pcm_path, cache, PartialProgress(progress, 0.0, _VOICE_SHARE))
        estimate = self._language(sound, PartialProgress(progress, _VOICE_SHARE, 1.0))
        progress.advance(1.0)
        return estimate

    def transcribe(
        self, pcm_path: Path, language: str | None, progress: ProgressReporter, cache: WorkCache = NO_CACHE
    ) -> list[Word]:
        """Words in order of time, in `language` or, without it, in the most likely one."""
        code = self._known_code(language, progress) if language else None
        sound = self._speech_of(pcm_path, cache, PartialProgress(progress, 0.0, _VOICE_SHARE))
        language_end = _VOICE_SHARE
        if code is None:
            language_end += _LANGUAGE_SHARE
            code = self._language(sound, PartialProgress(progress, _VOICE_SHARE, language_end)).language
        words = (
            []
            if code is None
            else self._words(sound, code, cache, PartialProgress(progress, language_end, 1.0))
        )
        progress.advance(1.0)
        return words

    def _get_model(self, progress: ProgressReporter) -> WhisperModel:
        # The first load may be a download.
        return run_blocking(self._model.get, progress)

    def _known_code(self, language: str, progress: ProgressReporter) -> str:
        code = language_code(language)
        known = known_languages(self._get_model(progress))
        if code not in known:
            raise LanguageUnsupported(
                f"The speech model does not support {code}; it supports {_join(known)}."
            )
        return code

    def _speech_of(self, pcm_path: Path, cache: WorkCache, progress: ProgressReporter) -> _Sound:
        pcm = PcmFile(pcm_path)
        probabilities = voice_probabilities(pcm, cache, progress, self._settings.stall_limit_s)
        return _Sound(pcm, probabilities, speech_spans(probabilities, pcm.duration_us))

    def _language(self, sound: _Sound, progress: ProgressReporter) -> LanguageEstimate:
        windows = language_windows(sound.spans, self._settings.region_s * 1_000_000)
        if not windows:
            return LanguageEstimate(LanguageVerdict.NO_SPEECH)
        model = self._get_model(progress)
        if not model.model.is_multilingual:
            # An English-only model can't detect languages.
            return LanguageEstimate(LanguageVerdict.UNCERTAIN, "en")
        scores: list[WindowScores] = []
        for batch in _batches(windows, self._settings.batch_size):
            call = partial(_score, model, sound.pcm, batch, self._settings.window_s)
            scores.extend(run_with_stall_limit(call, progress, self._settings.stall_limit_s))
            progress.advance(len(scores) / len(windows))
        return estimate_language(scores)

    def _words(self, sound: _Sound, code: str, cache: WorkCache, progress: ProgressReporter) -> list[Word]:
        regions = pack_regions(sound.spans, sound.probabilities, self._settings.region_s * 1_000_000)
        if not regions:
            return []
        model = self._get_model(progress)
        groups = group_regions(regions, self._settings.batch_size)
        transcribe_group = partial(self._group_words, model, sound, code, progress)
        words = words_of(groups, self._recipe(code, progress), cache, transcribe_group, progress)
        return start_with_voice(words, sound.probabilities, sound.pcm.duration_us)

    def _recipe(self, code: str, progress: ProgressReporter) -> dict[str, object]:
        settings = self._settings
        return {
            "engine": [version("faster-whisper"), version("ctranslate2"), DECODING_VERSION],
            "model": run_blocking(self._model_digest.get, progress),
            "runs": [settings.device, settings.compute_type, settings.cpu_threads],
            "beam_size": settings.beam_size,
            "window_s": settings.window_s,
            "language": code,
        }

    def _group_words(
        self,
        model: WhisperModel,
        sound: _Sound,
        code: str,
        progress: ProgressReporter,
        group: Sequence[Region],
    ) -> list[Word]:
        found = self._decode(model, [sound.pcm.region(region) for region in group], code, progress)
        return [
            word
            for region, decoded in zip(group, found, strict=True)
            for word in place_words(region, () if decoded.silent else decoded.words)
        ]

    def _decode(
        self, model: WhisperModel, sounds: Sequence[Samples], code: str, progress: ProgressReporter
    ) -> list[Decoded]:
        language, stall_limit_s = whisper_code(code), self._settings.stall_limit_s
        batch = partial(decode_batch, model, sounds, language, self._settings)
        found = run_with_stall_limit(batch, progress, stall_limit_s)
        for index, first in enumerate(found):
            if first.needs_careful_retry:
                careful = partial(decode_carefully, model, sounds[index], language)
                found[index] = better(first, run_with_stall_limit(careful, progress, stall_limit_s))
        return found


def _score(model: WhisperModel, pcm: PcmFile, windows: Sequence[Region], window_s: int) -> list[WindowScores]:
    """Probability of each language for each window, by one pass of the encoder."""
    encoded = model.encode(features(model, [pcm.region(window) for window in windows], window_s))
    found = model.model.detect_language(encoded)
    return [
        WindowScores(window.duration_us, {token[2:-2]: probability for token, probability in scores})
        for window, scores in zip(windows, found, strict=True)
    ]


def _batches(regions: Sequence[Region], size: int) -> list[Sequence[Region]]:
    return [regions[first : first + size] for first in range(0, len(regions), size)]


def _join(codes: frozenset[str]) -> str:
    return ", ".join(sorted(codes))
