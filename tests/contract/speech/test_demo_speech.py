"""What the shipped speech model makes of the shipped clips, through the engine as the product runs it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from adapters.speech.faster_whisper_engine import FasterWhisperEngine
from domain.speech.words import LanguageVerdict
from tests.contract.media.progress import NotedProgress
from tests.contract.speech.conftest import Spoken

Sounds = Callable[[str], Spoken]
CLIPS = ["demo", "english-dog", "spanish-horse"]


def letters(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def edits(said: list[str], heard: list[str]) -> int:
    """How many words must be put in, taken out or replaced."""
    row = list(range(len(heard) + 1))
    for count, word in enumerate(said, start=1):
        diagonal, row[0] = row[0], count
        for column, other in enumerate(heard, start=1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other)),
            )
    return row[-1]


@pytest.mark.parametrize("name", CLIPS)
def test_the_language_of_a_shipped_clip_is_detected(
    whisper: FasterWhisperEngine, spoken: Sounds, name: str
) -> None:
    sound = spoken(name)
    estimate = whisper.detect_language(sound.pcm_path, NotedProgress())
    assert (estimate.verdict, estimate.language) == (LanguageVerdict.DETECTED, sound.language)
    assert estimate.probability > 0.9


@pytest.mark.parametrize("name", CLIPS)
def test_nine_words_of_ten_in_a_shipped_clip_are_understood(
    whisper: FasterWhisperEngine, spoken: Sounds, name: str
) -> None:
    sound = spoken(name)
    words = whisper.transcribe(sound.pcm_path, sound.language, NotedProgress())
    said = letters(" ".join(text for text, _, _ in sound.sentences))
    heard = letters(" ".join(word.text for word in words))
    assert edits(said, heard) <= len(said) // 10, " ".join(word.text for word in words)


@pytest.mark.parametrize("name", CLIPS)
def test_words_stand_where_the_sentences_are(whisper: FasterWhisperEngine, spoken: Sounds, name: str) -> None:
    sound = spoken(name)
    for word in whisper.transcribe(sound.pcm_path, sound.language, NotedProgress()):
        assert any(
            start_us - 350_000 <= word.start_us and word.end_us <= end_us + 350_000
            for _, start_us, end_us in sound.sentences
        ), word
