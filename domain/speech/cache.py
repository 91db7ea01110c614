"""Cache of finished pieces of work on one sound, so that an interrupted task does not repeat them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Protocol


class WorkCache(Protocol):
    """Finished pieces of work on one sound, shared by all tasks with the same sound.

    The key of a piece is its `recipe` (a digest of all that decides its content) and its span of the sound.
    Both calls wait for the store. Neither fails when the store does: the work is then repeated.
    """

    def find(self, recipe: str, start_us: int, end_us: int) -> bytes | None:
        """The cached piece, or None."""

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        """Stores a piece; idempotent."""


class NoCache:
    """Cache that stores nothing, for work that is never resumed."""

    def find(self, recipe: str, start_us: int, end_us: int) -> bytes | None:
        return None

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        return None


NO_CACHE = NoCache()


def recipe_digest(facts: Mapping[str, object]) -> str:
    """Digest of all facts that decide the content of a piece."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
