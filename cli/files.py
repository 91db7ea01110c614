"""Files of transfers: an upload's with progress, a download's that takes its name when complete."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

import httpx


class CountedFile(io.FileIO):
    """File that reports how far it has been read: `progress(read_bytes, total_bytes)`."""

    def __init__(self, path: Path, progress: Callable[[int, int], None]) -> None:
        super().__init__(path, "rb")
        self._progress = progress
        self._total_bytes = path.stat().st_size

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(-1 if size is None else size) or b""
        self._progress(self.tell(), self._total_bytes)
        return chunk


class PartialFile:
    """Unfinished download: takes its final name when complete, and is removed otherwise."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._path = target.with_name(f"{target.name}.part")
        self._tag = ""
        self.size_bytes = 0
        self.total_bytes = 0

    def __enter__(self) -> PartialFile:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    @property
    def resume_headers(self) -> dict[str, str]:
        """Headers that request the rest of the same file; empty to request all of it."""
        if not self.size_bytes or not self._tag:
            return {}
        return {"Range": f"bytes={self.size_bytes}-", "If-Range": self._tag}

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Start of an answer: the rest of the file (206), or all of it."""
        if status != 206:
            self._file.seek(0)
            self._file.truncate()
            self.size_bytes = 0
        self._tag = headers.get("etag", "")
        self.total_bytes = self.size_bytes + int(headers.get("content-length", "0"))

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self.size_bytes += len(chunk)

    def finish(self) -> None:
        """Give the file its name; raises `httpx.ReadError` when bytes are missing."""
        if self.size_bytes != self.total_bytes:
            raise httpx.ReadError(f"{self._target.name} ended after {self.size_bytes} bytes")
        self._file.close()
        self._path.replace(self._target)
