"""Contract of every speech engine."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.models.settings import read_speech
from adapters.speech.engines import speech_engine
from domain.errors import AttemptCancelled, LanguageUnsupported
from domain.speech.words import LanguageVerdict
from tests.contract.media.progress import NotedProgress
from tests.contract.speech.conftest import BYTES_PER_SECOND, Engine, SpeechClip

Sounds = Callable[[str], SpeechClip]


def test_silence_has_no_words_and_no_language(engine: Engine, silence: Path) -> None:
    progress = NotedProgress()
    assert engine.transcribe(silence, None, progress) == []
    assert engine.detect_language(silence, progress).verdict is LanguageVerdict.NO_SPEECH
    assert progress.fractions[-1] == 1.0


def test_an_empty_sound_has_no_words_and_no_language(engine: Engine, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pcm"
    empty.touch()
    assert engine.transcribe(empty, "en", NotedProgress()) == []
    assert engine.detect_language(empty, NotedProgress()).language is None


def test_words_come_in_order_apart_and_inside_the_sound(engine: Engine, clip: Sounds) -> None:
    sound = clip("english-dog")
    words = engine.transcribe(sound.pcm_path, "en", NotedProgress())
    assert len(words) > 5
    assert all(before.end_us <= after.start_us for before, after in pairwise(words))
    assert words[-1].end_us <= sound.duration_us
    assert all(word.text == word.text.strip() for word in words)


def test_words_keep_their_place_after_a_long_silence(engine: Engine, clip: Sounds, tmp_path: Path) -> None:
    sound = clip("english-dog")
    late = tmp_path / "late.pcm"
    late.write_bytes(bytes(20 * BYTES_PER_SECOND) + sound.pcm_path.read_bytes())
    words = engine.transcribe(late, "en", NotedProgress())
    first_said_us = 20_000_000 + sound.sentences[0][1]
    assert abs(words[0].start_us - first_said_us) < 600_000


def test_without_a_language_the_likeliest_one_is_transcribed(engine: Engine, clip: Sounds) -> None:
    sound = clip("english-dog")
    with_language = engine.transcribe(sound.pcm_path, "en-GB", NotedProgress())
    assert engine.transcribe(sound.pcm_path, None, NotedProgress()) == with_language


def test_english_is_named_as_the_language_of_english(engine: Engine, clip: Sounds) -> None:
    assert engine.detect_language(clip("english-dog").pcm_path, NotedProgress()).language == "en"


def test_an_unsupported_language_is_refused(engine: Engine, clip: Sounds) -> None:
    with pytest.raises(LanguageUnsupported, match="ja"):
        engine.transcribe(clip("english-dog").pcm_path, "ja", NotedProgress())


@pytest.mark.parametrize("call", ["transcribe", "detect_language"])
def test_progress_never_goes_back_and_ends_at_the_whole(engine: Engine, clip: Sounds, call: str) -> None:
    path, progress = clip("english-dog").pcm_path, NotedProgress()
    if call == "transcribe":
        engine.transcribe(path, None, progress)
    else:
        engine.detect_language(path, progress)
    assert progress.fractions == sorted(progress.fractions)
    assert progress.fractions[-1] == 1.0


def test_a_cancel_stops_the_work_with_its_own_error(engine: Engine, clip: Sounds) -> None:
    sound = clip("demo")
    progress = NotedProgress(stop_when=lambda: bool(progress.fractions))
    with pytest.raises(AttemptCancelled):
        engine.transcribe(sound.pcm_path, "en", progress)
    assert max(progress.fractions) < 1.0


def test_a_recognizer_names_the_operators_language_as_uncertain(clip: Sounds) -> None:
    engine = speech_engine(read_speech({"SPEECH_ENGINE": "google", "SPEECH_LANGUAGE": "fr-CA"}))
    estimate = engine.detect_language(clip("english-dog").pcm_path, NotedProgress())
    assert (estimate.verdict, estimate.language) == (LanguageVerdict.UNCERTAIN, "fr")
