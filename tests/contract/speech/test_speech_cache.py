"""What every place for kept work does, and what a speech engine makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from activities.artifacts.speech_cache import SpeechCache
from adapters.object_store import S3ObjectStore, StoreSettings
from adapters.speech.faster_whisper_engine import FasterWhisperEngine
from domain.speech.cache import WorkCache
from tests.contract.media.progress import NotedProgress
from tests.contract.speech.caches import MemoryWork, NotedWork
from tests.contract.speech.conftest import Engine, Spoken
from tests.contract.store.servers import s3_server
from tests.servers.ports import free_port

Sounds = Callable[[str], Spoken]
SHA256 = "ab" * 32


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3ObjectStore]:
    with s3_server("versitygw", tmp_path_factory.mktemp("kept")) as settings:
        store = S3ObjectStore(settings)
        store.ensure_bucket()
        yield store


@pytest.fixture(params=["memory", "store"])
def kept(request: pytest.FixtureRequest, store: S3ObjectStore, tmp_path: Path) -> WorkCache:
    if request.param == "memory":
        return MemoryWork()
    store.remove_prefix("kept/regions/")
    return SpeechCache(store, SHA256, tmp_path)


def test_what_nobody_has_done_is_not_found(kept: WorkCache) -> None:
    assert kept.find("recipe", 0, 60_000_000) is None


def test_what_was_kept_is_found_by_its_recipe_and_span_only(kept: WorkCache) -> None:
    kept.save("recipe", 0, 60_000_000, b"words")
    assert kept.find("recipe", 0, 60_000_000) == b"words"
    assert kept.find("another", 0, 60_000_000) is None
    assert kept.find("recipe", 0, 59_000_000) is None
    assert kept.find("recipe", 1, 60_000_000) is None


def test_nothing_can_be_kept_and_found_too(kept: WorkCache) -> None:
    kept.save("recipe", 0, 1, b"")
    assert kept.find("recipe", 0, 1) == b""


def test_keeping_twice_comes_to_the_same(kept: WorkCache) -> None:
    kept.save("recipe", 0, 1, b"words")
    kept.save("recipe", 0, 1, b"words")
    assert kept.find("recipe", 0, 1) == b"words"


def test_another_worker_finds_it_and_another_sound_does_not(store: S3ObjectStore, tmp_path: Path) -> None:
    SpeechCache(store, SHA256, tmp_path).save("recipe", 5, 9, b"words")
    assert SpeechCache(store, SHA256, tmp_path).find("recipe", 5, 9) == b"words"
    assert SpeechCache(store, "cd" * 32, tmp_path).find("recipe", 5, 9) is None
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_does_not_answer_costs_work_but_no_words(tmp_path: Path) -> None:
    away = S3ObjectStore(StoreSettings(f"127.0.0.1:{free_port()}", "key", "secret"))
    kept = SpeechCache(away, SHA256, tmp_path)
    kept.save("recipe", 0, 1, b"words")
    assert kept.find("recipe", 0, 1) is None


def test_a_second_hearing_of_a_sound_hears_nothing_and_says_the_same(engine: Engine, spoken: Sounds) -> None:
    sound, memory = spoken("english-dog"), MemoryWork()
    first, second = NotedWork(memory), NotedWork(memory)
    words = engine.transcribe(sound.pcm_path, "en", NotedProgress(), first)

    assert engine.transcribe(sound.pcm_path, "en", NotedProgress(), second) == words
    assert len(first.done) >= 2
    assert (second.found, second.done) == (first.done, [])
    assert engine.transcribe(sound.pcm_path, "en", NotedProgress()) == words


def test_the_voice_is_looked_for_once_for_language_and_words(engine: Engine, spoken: Sounds) -> None:
    sound, memory = spoken("english-dog"), MemoryWork()
    estimate = engine.detect_language(sound.pcm_path, NotedProgress(), memory)
    noted = NotedWork(memory)

    engine.transcribe(sound.pcm_path, "en", NotedProgress(), noted)

    assert len(noted.found) == 1
    assert engine.detect_language(sound.pcm_path, NotedProgress(), memory) == estimate


def test_words_of_one_language_are_not_taken_for_those_of_another(
    whisper: FasterWhisperEngine, spoken: Sounds
) -> None:
    sound, memory = spoken("english-dog"), MemoryWork()
    whisper.transcribe(sound.pcm_path, "en", NotedProgress(), memory)
    noted = NotedWork(memory)

    whisper.transcribe(sound.pcm_path, "es", NotedProgress(), noted)

    assert len(noted.found) == 1  # the voice has no language
    assert noted.done


@pytest.mark.parametrize("rubbish", [b"", b'[["dog",', b"{}x", b"[[1]]", b'["dog"]'])
def test_a_piece_that_is_no_words_is_heard_again(engine: Engine, spoken: Sounds, rubbish: bytes) -> None:
    sound, memory = spoken("english-dog"), MemoryWork()
    words = engine.transcribe(sound.pcm_path, "en", NotedProgress(), memory)
    broken = max(memory.pieces, key=lambda piece: piece[1])
    memory.pieces[broken] = rubbish

    assert engine.transcribe(sound.pcm_path, "en", NotedProgress(), memory) == words
    assert memory.pieces[broken] != rubbish
