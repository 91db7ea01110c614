"""Decoding by Whisper: regions in a batch, or an unlikely one again alone with stricter options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens, merge_punctuations
from numpy.typing import NDArray

from adapters.models.settings import SpeechSettings
from adapters.speech.pcm import SAMPLE_RATE_HZ, Samples
from domain.speech.cleanup import TranscribedWord, join_pieces

Features = NDArray[np.float32]

# Part of the cache key of words: raise it with every change here that can change a word.
DECODING_VERSION = 1

# Whisper's own thresholds: repetitive text, text of low probability, and silence.
_REPETITIVE = 2.4
_UNLIKELY = -1.0
_SILENT = 0.6
_CAREFUL_NO_REPEAT_TOKENS = 3
_CAREFUL_REPETITION_PENALTY = 1.1
_BEFORE_A_WORD = "\"'“¿([{-"
_AFTER_A_WORD = "\"'.。,，!！?？:：”)]}、"
_UNSPACED_LANGUAGES = frozenset({"zh", "ja", "th", "lo", "my"})


@dataclass(frozen=True)
class Decoded:
    """Words of one sound, with times relative to it, and measures of their quality."""

    words: tuple[TranscribedWord, ...]
    mean_log_probability: float = 0.0
    compression_ratio: float = 0.0
    no_speech_probability: float = 0.0

    @property
    def repetitive(self) -> bool:
        return self.compression_ratio > _REPETITIVE

    @property
    def unlikely(self) -> bool:
        return self.mean_log_probability < _UNLIKELY

    @property
    def silent(self) -> bool:
        return self.no_speech_probability > _SILENT and self.unlikely

    @property
    def needs_careful_retry(self) -> bool:
        return not self.silent and (self.repetitive or self.unlikely)


def better(first: Decoded, second: Decoded) -> Decoded:
    """Better of two results: one with words, then one that is not repetitive, then the more likely one."""
    return max(
        (first, second),
        key=lambda found: (bool(found.words), not found.repetitive, found.mean_log_probability),
    )


def features(model: WhisperModel, sounds: Sequence[Samples], window_s: int) -> Features:
    """Encoder input: one spectrogram for each sound, padded with silence to `window_s`."""
    frame_count = window_s * model.frames_per_second
    return np.stack([pad_or_trim(model.feature_extractor(sound)[..., :-1], frame_count) for sound in sounds])


def decode_batch(
    model: WhisperModel, sounds: Sequence[Samples], language: str, settings: SpeechSettings
) -> list[Decoded]:
    """Decode all sounds together, once: less than half the processor time of single calls."""
    tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, "transcribe", language)
    # Times come from the alignment; timestamp tokens would only make the decoded text longer.
    prompt = model.get_prompt(tokenizer, previous_tokens=[], without_timestamps=True)
    encoded = model.encode(features(model, sounds, settings.window_s))
    results = model.model.generate(
        encoded,
        [prompt] * len(sounds),
        beam_size=settings.beam_size,
        max_length=model.max_length,
        suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        return_scores=True,
        return_no_speech_prob=True,
    )
    texts = [[token for token in result.sequences_ids[0] if token < tokenizer.eot] for result in results]
    frame_counts = [len(sound) * model.frames_per_second // SAMPLE_RATE_HZ for sound in sounds]
    alignments = model.find_alignment(tokenizer, texts, encoded, frame_counts)
    return [
        Decoded(
            _words(alignment, language),
            mean_log_probability=result.scores[0] * len(result.sequences_ids[0]) / (len(text) + 1),
            compression_ratio=get_compression_ratio(tokenizer.decode(text)) if text else 0.0,
            no_speech_probability=result.no_speech_prob,
        )
        for result, text, alignment in zip(results, texts, alignments, strict=True)
    ]


def _words(alignment: list[dict[str, Any]], language: str) -> tuple[TranscribedWord, ...]:
    merge_punctuations(alignment, _BEFORE_A_WORD, _AFTER_A_WORD)
    return _whole(
        [_word(word["word"], word["start"], word["end"], word["probability"]) for word in alignment], language
    )


def _word(text: str, start_s: float, end_s: float, probability: float) -> TranscribedWord:
    return TranscribedWord(text, round(start_s * 1_000_000), round(end_s * 1_000_000), float(probability))


def _whole(pieces: list[TranscribedWord], language: str) -> tuple[TranscribedWord, ...]:
    words = [piece for piece in pieces if piece.text.strip()]
    return tuple(words if language in _UNSPACED_LANGUAGES else join_pieces(words))


def decode_carefully(model: WhisperModel, sound: Samples, language: str) -> Decoded:
    """Decode one sound alone, with timestamps in its text and no repeated phrase.

    Deterministic, unlike Whisper's own retries: a region that is decoded again after a crash must give
    the same words.
    """
    lazy_segments, _ = model.transcribe(
        sound,
        language=language,
        temperature=0.0,
        no_repeat_ngram_size=_CAREFUL_NO_REPEAT_TOKENS,
        repetition_penalty=_CAREFUL_REPETITION_PENALTY,
        word_timestamps=True,
        condition_on_previous_text=False,
        vad_filter=False,
    )
    segments = list(lazy_segments)
    if not segments:
        return Decoded(())
    words = [word for segment in segments for word in segment.words or ()]
    return Decoded(
        _whole([_word(word.word, word.start, word.end, word.probability) for word in words], language),
        mean_log_probability=min(segment.avg_logprob for segment in segments),
        compression_ratio=max(segment.compression_ratio for segment in segments),
        no_speech_probability=max(segment.no_speech_prob for segment in segments),
    )
