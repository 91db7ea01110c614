"""Contract of every work cache, and the speech engines' use of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from activities.artifacts.speech_cache import SpeechCache
from adapters.object_store import S3ObjectStore, StoreSettings
from adapters.speech.faster_whisper_engine import FasterWhisperEngine
from domain.speech.cache import WorkCache
from tests.contract.media.progress import NotedProgress
from tests.contract.speech.caches import MemoryCache, RecordingCache
from tests.contract.speech.conftest import Engine, SpeechClip
from tests.contract.store.servers import s3_server
from tests.servers.ports import free_port

Sounds = Callable[[str], SpeechClip]
SHA256 = "ab" * 32


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3ObjectStore]:
    with s3_server("versitygw", tmp_path_factory.mktemp("kept")) as settings:
        store = S3ObjectStore(settings)
        store.ensure_bucket()
        yield store


@pytest.fixture(params=["memory", "store"])
def cache(request: pytest.FixtureRequest, store: S3ObjectStore, tmp_path: Path) -> WorkCache:
    if request.param == "memory":
        return MemoryCache()
    store.remove_prefix("kept/regions/")
    return SpeechCache(store, SHA256, tmp_path)


def test_a_missing_entry_is_not_found(cache: WorkCache) -> None:
    assert cache.find("recipe", 0, 60_000_000) is None


def test_an_entry_is_found_only_by_its_recipe_and_span(cache: WorkCache) -> None:
    cache.save("recipe", 0, 60_000_000, b"words")
    assert cache.find("recipe", 0, 60_000_000) == b"words"
    assert cache.find("another", 0, 60_000_000) is None
    assert cache.find("recipe", 0, 59_000_000) is None
    assert cache.find("recipe", 1, 60_000_000) is None


def test_an_empty_entry_is_stored_and_found(cache: WorkCache) -> None:
    cache.save("recipe", 0, 1, b"")
    assert cache.find("recipe", 0, 1) == b""


def test_storing_an_entry_twice_changes_nothing(cache: WorkCache) -> None:
    cache.save("recipe", 0, 1, b"words")
    cache.save("recipe", 0, 1, b"words")
    assert cache.find("recipe", 0, 1) == b"words"


def test_an_entry_is_found_by_another_worker_but_not_for_another_sound(
    store: S3ObjectStore, tmp_path: Path
) -> None:
    SpeechCache(store, SHA256, tmp_path).save("recipe", 5, 9, b"words")
    assert SpeechCache(store, SHA256, tmp_path).find("recipe", 5, 9) == b"words"
    assert SpeechCache(store, "cd" * 32, tmp_path).find("recipe", 5, 9) is None
    assert list(tmp_path.iterdir()) == []


def test_without_a_store_nothing_is_cached_and_nothing_fails(tmp_path: Path) -> None:
    away = S3ObjectStore(StoreSettings(f"127.0.0.1:{free_port()}", "key", "secret"))
    cache = SpeechCache(away, SHA256, tmp_path)
    cache.save("recipe", 0, 1, b"words")
    assert cache.find("recipe", 0, 1) is None


def test_a_second_transcription_reads_everything_from_the_cache(engine: Engine, clip: Sounds) -> None:
    sound, memory = clip("english-dog"), MemoryCache()
    first, second = RecordingCache(memory), RecordingCache(memory)
    words = engine.transcribe(sound.pcm_path, "en", NotedProgress(), first)

    assert engine.transcribe(sound.pcm_path, "en", NotedProgress(), second) == words
    assert len(first.done) >= 2
    assert (second.found, second.done) == (first.done, [])
    assert engine.transcribe(sound.pcm_path, "en", NotedProgress()) == words


def test_voice_detection_runs_once_for_language_and_words(engine: Engine, clip: Sounds) -> None:
    sound, memory = clip("english-dog"), MemoryCache()
    estimate = engine.detect_language(sound.pcm_path, NotedProgress(), memory)
    noted = RecordingCache(memory)

    engine.transcribe(sound.pcm_path, "en", NotedProgress(), noted)

    assert len(noted.found) == 1
    assert engine.detect_language(sound.pcm_path, NotedProgress(), memory) == estimate


def test_words_are_cached_by_language(whisper: FasterWhisperEngine, clip: Sounds) -> None:
    sound, memory = clip("english-dog"), MemoryCache()
    whisper.transcribe(sound.pcm_path, "en", NotedProgress(), memory)
    noted = RecordingCache(memory)

    whisper.transcribe(sound.pcm_path, "es", NotedProgress(), noted)

    assert len(noted.found) == 1  # voice detection does not depend on the language
    assert noted.done


@pytest.mark.parametrize("rubbish", [b"", b'[["dog",', b"{}x", b"[[1]]", b'["dog"]'])
def test_a_broken_cache_entry_is_transcribed_again(engine: Engine, clip: Sounds, rubbish: bytes) -> None:
    sound, memory = clip("english-dog"), MemoryCache()
    words = engine.transcribe(sound.pcm_path, "en", NotedProgress(), memory)
    broken = max(memory.pieces, key=lambda piece: piece[1])
    memory.pieces[broken] = rubbish

    assert engine.transcribe(sound.pcm_path, "en", NotedProgress(), memory) == words
    assert memory.pieces[broken] != rubbish
