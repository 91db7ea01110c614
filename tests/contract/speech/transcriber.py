"""A process that transcribes a sound as a worker does, and can be made to stand still in the middle.

Prints a line `done START END` for each group of regions that it has heard and kept, `standing` when it
stands still, and in the end the words.
"""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path

from activities.artifacts.speech_cache import SpeechCache
from adapters.models.settings import read_speech
from adapters.object_store import S3ObjectStore, StoreSettings
from adapters.speech.faster_whisper_engine import FasterWhisperEngine
from domain.attempts.progress import UnreportedProgress
from domain.speech.words_file import write_words


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class ToldWork(SpeechCache):
    kept_count = 0

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        super().save(recipe, start_us, end_us, content)
        type(self).kept_count += 1
        tell(f"done {start_us} {end_us}")


class StandingPulse(UnreportedProgress):
    """Stands still for ever, in the middle of the hearing that follows the `after`th kept piece."""

    def __init__(self, after: int) -> None:
        self._after = after

    def check(self) -> None:
        if ToldWork.kept_count == self._after:
            tell("standing")
            time.sleep(3600)


def main(endpoint: str, access_key: str, secret_key: str, bucket: str, pcm: str, after: str) -> None:
    pcm_path = Path(pcm)
    store = S3ObjectStore(StoreSettings(endpoint, access_key, secret_key, bucket))
    sha256 = hashlib.sha256(pcm_path.read_bytes()).hexdigest()
    engine = FasterWhisperEngine(read_speech({"MODELS": "demo"}))
    kept = ToldWork(store, sha256, pcm_path.parent)
    words = engine.transcribe(pcm_path, "en", StandingPulse(int(after)), kept)
    tell(write_words(words).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
