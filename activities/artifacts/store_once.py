"""How a finished part becomes an artifact that a retry, another worker or another task finds."""

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
    """Store the file under `key`, unless somebody was quicker: then theirs is the artifact.

    It is written under the attempt's own prefix first and appears under `key` at once and whole.
    """
    made = store.upload(scratch_path, attempt.key(scratch_path.name), media_type, progress)
    return store.find(key) or store.copy(made, key)
