"""Storing of a finished part under a shared key, where retries, other workers and other tasks find it."""

from __future__ import annotations

from pathlib import Path

from activities.attempts.attempt import Attempt
from activities.ports import ObjectStore
from domain.attempts.progress import ProgressReporter
from domain.storage.artifact import Artifact


def store_once(
    store: ObjectStore,
    attempt: Attempt,
    scratch_path: Path,
    key: str,
    media_type: str,
    progress: ProgressReporter,
) -> Artifact:
    """Stores the file under `key`, unless another attempt has: then that one's artifact is returned.

    The file is first uploaded under the attempt's own prefix and then copied, so that `key` is never
    incomplete.
    """
    uploaded = store.upload(scratch_path, attempt.key(scratch_path.name), media_type, progress)
    return store.find(key) or store.copy(uploaded, key)
