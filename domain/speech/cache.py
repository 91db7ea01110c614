"""How long work on a sound is kept in finished pieces, so that no piece is ever done twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Protocol


class WorkCache(Protocol):
    """Finished pieces of work on one sound; whoever works on the same sound finds them.

    A piece is named by its `recipe` (a digest of all that decides its content) and its span of the sound.
    Both calls take as long as a store takes to answer. Neither fails when it does not: work that could
    not be kept is done again.
    """

    def find(self, recipe: str, start_us: int, end_us: int) -> bytes | None:
        """The piece, or None when nobody has done it yet."""

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        """Done twice it comes to the same."""


class NoCache:
    """For work that nobody will take up again."""

    def find(self, recipe: str, start_us: int, end_us: int) -> bytes | None:
        return None

    def save(self, recipe: str, start_us: int, end_us: int, content: bytes) -> None:
        return None


NO_CACHE = NoCache()


def recipe_digest(facts: Mapping[str, object]) -> str:
    """One name for all facts that decide what a piece of work comes to."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
