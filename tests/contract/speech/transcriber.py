"""Process that transcribes a sound as a worker does, and can block in the middle.

Prints a line `done START END` for each saved cache entry, `blocked` when it blocks, and the words at the
end.
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


def print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class ReportedCache(SpeechCache):
    saved_count = 0

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        super().save(recipe, start_us, end_us, content)
        type(self).saved_count += 1
        print_line(f"done {start_us} {end_us}")


class BlockingProgress(UnreportedProgress):
    """Blocks for ever in the transcription after the `after`th saved entry."""

    def __init__(self, after: int) -> None:
        self._after = after

    def check(self) -> None:
        if ReportedCache.saved_count == self._after:
            print_line("blocked")
            time.sleep(3600)


def main(endpoint: str, access_key: str, secret_key: str, bucket: str, pcm: str, after: str) -> None:
    pcm_path = Path(pcm)
    store = S3ObjectStore(StoreSettings(endpoint, access_key, secret_key, bucket))
    sha256 = hashlib.sha256(pcm_path.read_bytes()).hexdigest()
    engine = FasterWhisperEngine(read_speech({"MODELS": "demo"}))
    cache = ReportedCache(store, sha256, pcm_path.parent)
    words = engine.transcribe(pcm_path, "en", BlockingProgress(int(after)), cache)
    print_line(write_words(words).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
