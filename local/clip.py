"""What the demo clip was made with: the answers that the product must find."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from local.faults import LocalFault


@dataclass(frozen=True)
class Clip:
    """`language` is ISO 639-1; `sentences` are what is said, in order."""

    path: Path
    language: str
    animals: frozenset[str]
    sentences: tuple[str, ...]
    duration_us: int


def read_clip(path: Path) -> Clip:
    """The clip at `path` with the answers that lie beside it as JSON."""
    answers_path = path.with_suffix(".json")
    if not (path.exists() and answers_path.exists()):
        raise LocalFault(f"{path} is not there whole: `make demo-models` makes it again.")
    answers = json.loads(answers_path.read_text())
    return Clip(
        path=path,
        language=answers["language"],
        animals=frozenset(entry["animal"] for entry in answers["animals"]),
        sentences=tuple(entry["text"] for entry in answers["sentences"]),
        duration_us=answers["duration_us"],
    )
