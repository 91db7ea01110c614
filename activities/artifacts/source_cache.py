"""Cache of sources on a worker's disk, one copy for all chunks of a source."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from activities.ports import ObjectStore
from domain.attempts.progress import ProgressReporter
from domain.storage.artifact import Artifact

# The source of the running chunks and one more, because tasks take turns.
_MOST_SOURCES = 2


@dataclass
class SourceFiles:
    """Hard links to cached sources; an evicted file is deleted when its last user is done with it."""

    store: ObjectStore
    scratch_root: Path
    _locks: dict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))

    def place(self, source: Artifact, target_path: Path, progress: ProgressReporter) -> None:
        """Puts the source at `target_path`; downloads it if it is not in the cache."""
        cached_path = self.scratch_root / "sources" / source.sha256
        lock = self._locks[source.sha256]
        while not lock.acquire(timeout=0.2):
            # Another attempt downloads it and sends its own heartbeats; this one counts as working meanwhile.
            progress.check()
            progress.working()
        try:
            if not cached_path.exists():
                self._fetch(source, cached_path, progress)
            os.utime(cached_path)
            target_path.hardlink_to(cached_path)
        finally:
            lock.release()
        progress.advance(1.0)

    def _fetch(self, source: Artifact, cached_path: Path, progress: ProgressReporter) -> None:
        cached_path.parent.mkdir(exist_ok=True)
        part_path = cached_path.with_suffix(".part")
        try:
            self.store.download(source.key, part_path, progress)
            # Attempts share this file: no encoder may write into it.
            part_path.chmod(0o400)
            part_path.rename(cached_path)
        finally:
            part_path.unlink(missing_ok=True)
        newest_first = sorted(
            (path for path in cached_path.parent.iterdir() if not path.suffix),
            key=lambda path: path.stat().st_mtime_ns,
            reverse=True,
        )
        for path in newest_first[_MOST_SOURCES:]:
            path.unlink(missing_ok=True)
