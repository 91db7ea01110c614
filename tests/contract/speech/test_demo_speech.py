"""Accuracy of the shipped speech model on the shipped clips, with the product's engine."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from adapters.speech.faster_whisper_engine import FasterWhisperEngine
from domain.speech.words import LanguageVerdict
from tests.contract.media.progress import NotedProgress
from tests.contract.speech.conftest import SpeechClip

Sounds = Callable[[str], SpeechClip]
CLIPS = ["demo", "english-dog", "spanish-horse"]


def letters(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def edits(expected: list[str], transcript: list[str]) -> int:
    """Number of words to insert, delete or replace."""
    row = list(range(len(transcript) + 1))
    for count, word in enumerate(expected, start=1):
        diagonal, row[0] = row[0], count
        for column, other in enumerate(transcript, start=1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other)),
            )
    return row[-1]


@pytest.mark.parametrize("name", CLIPS)
def test_the_language_of_a_shipped_clip_is_detected(
    whisper: FasterWhisperEngine, clip: Sounds, name: str
) -> None:
    sound = clip(name)
    estimate = whisper.detect_language(sound.pcm_path, NotedProgress())
    assert (estimate.verdict, estimate.language) == (LanguageVerdict.DETECTED, sound.language)
    assert estimate.probability > 0.9


@pytest.mark.parametrize("name", CLIPS)
def test_nine_words_of_ten_in_a_shipped_clip_are_transcribed(
    whisper: FasterWhisperEngine, clip: Sounds, name: str
) -> None:
    sound = clip(name)
    words = whisper.transcribe(sound.pcm_path, sound.language, NotedProgress())
    expected = letters(" ".join(text for text, _, _ in sound.sentences))
    transcript = letters(" ".join(word.text for word in words))
    assert edits(expected, transcript) <= len(expected) // 10, " ".join(word.text for word in words)


@pytest.mark.parametrize("name", CLIPS)
def test_words_have_the_times_of_their_sentences(
    whisper: FasterWhisperEngine, clip: Sounds, name: str
) -> None:
    sound = clip(name)
    for word in whisper.transcribe(sound.pcm_path, sound.language, NotedProgress()):
        assert any(
            start_us - 350_000 <= word.start_us and word.end_us <= end_us + 350_000
            for _, start_us, end_us in sound.sentences
        ), word
