"""Demo clip with its expected results: language, animals, sentences and duration."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from local.faults import LocalFault


@dataclass(frozen=True)
class Clip:
    """A clip's expected results. `language` is ISO 639-1; `sentences` are the spoken ones, in order."""

    path: Path
    language: str
    animals: frozenset[str]
    sentences: tuple[str, ...]
    duration_us: int


def read_clip(path: Path) -> Clip:
    """The clip at `path` with the expected results from the JSON file beside it."""
    answers_path = path.with_suffix(".json")
    if not (path.exists() and answers_path.exists()):
        raise LocalFault(f"{path} or its JSON file is missing: `make demo-models` makes them again.")
    answers = json.loads(answers_path.read_text())
    return Clip(
        path=path,
        language=answers["language"],
        animals=frozenset(entry["animal"] for entry in answers["animals"]),
        sentences=tuple(entry["text"] for entry in answers["sentences"]),
        duration_us=answers["duration_us"],
    )
