"""One copy of a source in a worker, however many chunks of it are encoded there."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from activities.ports import ObjectStore
from domain.attempts.progress import ProgressReporter
from domain.storage.artifact import Artifact

# The one that is worked on and one more: tasks take turns.
_SOURCES_KEPT = 2


@dataclass
class SourceFiles:
    """Hands out hard links, so that a file that is put away goes when its last user is done with it."""

    store: ObjectStore
    scratch_root: Path
    _locks: dict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))

    def place(self, source: Artifact, target_path: Path, progress: ProgressReporter) -> None:
        """Put the source at `target_path`; downloads it unless another attempt has."""
        kept_path = self.scratch_root / "sources" / source.sha256
        lock = self._locks[source.sha256]
        while not lock.acquire(timeout=0.2):
            # Another attempt downloads it, and beats for itself: this one moves as that file grows.
            progress.check()
            progress.working()
        try:
            if not kept_path.exists():
                self._fetch(source, kept_path, progress)
            os.utime(kept_path)
            target_path.hardlink_to(kept_path)
        finally:
            lock.release()
        progress.advance(1.0)

    def _fetch(self, source: Artifact, kept_path: Path, progress: ProgressReporter) -> None:
        kept_path.parent.mkdir(exist_ok=True)
        part_path = kept_path.with_suffix(".part")
        try:
            self.store.download(source.key, part_path, progress)
            # Attempts get this very file: no encoder may write into it.
            part_path.chmod(0o400)
            part_path.rename(kept_path)
        finally:
            part_path.unlink(missing_ok=True)
        newest_first = sorted(
            (path for path in kept_path.parent.iterdir() if not path.suffix),
            key=lambda path: path.stat().st_mtime_ns,
            reverse=True,
        )
        for path in newest_first[_SOURCES_KEPT:]:
            path.unlink(missing_ok=True)
