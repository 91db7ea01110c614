"""Kept work in memory, and a view of any kept work that notes what passes."""

from __future__ import annotations

from domain.speech.cache import WorkCache

Piece = tuple[str, int, int]


class MemoryWork:
    def __init__(self) -> None:
        self.pieces: dict[Piece, bytes] = {}

    def find(self, recipe: str, start_us: int, end_us: int) -> bytes | None:
        return self.pieces.get((recipe, start_us, end_us))

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        self.pieces[recipe, start_us, end_us] = content


class NotedWork:
    """Which pieces were found, and which were done and kept, in order."""

    def __init__(self, kept: WorkCache) -> None:
        self._kept = kept
        self.found: list[Piece] = []
        self.done: list[Piece] = []

    def find(self, recipe: str, start_us: int, end_us: int) -> bytes | None:
        content = self._kept.find(recipe, start_us, end_us)
        if content is not None:
            self.found.append((recipe, start_us, end_us))
        return content

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        self._kept.save(recipe, start_us, end_us, content)
        self.done.append((recipe, start_us, end_us))
