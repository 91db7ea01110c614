"""Store of the addresses of interrupted uploads, by which a later run continues them."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path


class UploadAddresses:
    """Address of one upload: of this file, with its size and modification time, and these options."""

    def __init__(self, path: Path, *asked: str | None, folder: Path | None = None) -> None:
        self._folder = folder or user_cache_path("video-pipeline", appauthor=False) / "uploads"
        found = path.stat()
        marks = [str(path.resolve()), found.st_size, found.st_mtime_ns, *asked]
        self._file = self._folder / f"{hashlib.sha256(json.dumps(marks).encode()).hexdigest()}.upload"

    @property
    def address(self) -> str | None:
        try:
            return self._file.read_text().strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def add(self, address: str) -> None:
        # Without a writable folder the upload still works; only a second run begins anew.
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file.write_text(address)

    def forget(self) -> None:
        with suppress(OSError):
            self._file.unlink(missing_ok=True)
