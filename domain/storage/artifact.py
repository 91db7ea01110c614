"""Reference to an object in the store, as messages carry it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Artifact:
    """An object in the store."""

    key: str
    media_type: str
    size_bytes: int
    sha256: str
