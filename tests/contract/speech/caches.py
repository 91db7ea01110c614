"""Work cache in memory, and a wrapper that records the calls of a cache."""

from __future__ import annotations

from domain.speech.cache import WorkCache

Piece = tuple[str, int, int]


class MemoryCache:
    def __init__(self) -> None:
        self.pieces: dict[Piece, bytes] = {}

    def find(self, recipe: str, start_us: int, end_us: int) -> bytes | None:
        return self.pieces.get((recipe, start_us, end_us))

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        self.pieces[recipe, start_us, end_us] = content


class RecordingCache:
    """Wrapper of a cache that lists the entries found and the entries saved, in order."""

    def __init__(self, cache: WorkCache) -> None:
        self._cache = cache
        self.found: list[Piece] = []
        self.done: list[Piece] = []

    def find(self, recipe: str, start_us: int, end_us: int) -> bytes | None:
        content = self._cache.find(recipe, start_us, end_us)
        if content is not None:
            self.found.append((recipe, start_us, end_us))
        return content

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        self._cache.save(recipe, start_us, end_us, content)
        self.done.append((recipe, start_us, end_us))
