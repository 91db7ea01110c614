"""Cache of transcript pieces as objects in the store, shared by all workers and tasks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio import activity

from activities.ports import ObjectStore
from domain.attempts.progress import UnreportedProgress
from domain.errors import FileUnknown, PassingError
from domain.storage.keys import speech_cache_key

_MEDIA_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class SpeechCache:
    """Cached pieces of the sound with this digest; they are downloaded to files below `scratch_path`."""

    store: ObjectStore
    audio_sha256: str
    scratch_path: Path

    def find(self, recipe: str, start_us: int, end_us: int) -> bytes | None:
        key = speech_cache_key(self.audio_sha256, recipe, start_us, end_us)
        with TemporaryDirectory(dir=self.scratch_path) as folder:
            piece_path = Path(folder) / "piece"
            try:
                self.store.download(key, piece_path, UnreportedProgress())
            except FileUnknown:
                return None
            except PassingError as error:
                activity.logger.warning("cached transcript can't be read, so it is computed again: %s", error)
                return None
            return piece_path.read_bytes()

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        try:
            self.store.put(
                speech_cache_key(self.audio_sha256, recipe, start_us, end_us), content, _MEDIA_TYPE
            )
        except PassingError as error:
            # This attempt has its words; only a later attempt would have to compute them again.
            activity.logger.warning("transcript can't be cached: %s", error)
