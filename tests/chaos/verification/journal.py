"""Append-only record of a trial's requests, answers and faults."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Event:
    """One record. `at_s` is in seconds since the journal's start, on a monotonic clock."""

    at_s: float
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)


class Journal:
    """Journal as JSON lines, written at once; safe to use from many threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begun_s = time.monotonic()
        self._lock = threading.Lock()

    def note(self, kind: str, **facts: Any) -> None:
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            at_s = round(time.monotonic() - self._begun_s, 3)
            file.write(json.dumps({"at_s": at_s, "kind": kind, "facts": facts}, default=str) + "\n")

    def events(self) -> list[Event]:
        return list(read(self.path))


def read(path: Path) -> Iterator[Event]:
    """Events of a journal, in order; none when the file does not exist."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield Event(**json.loads(line))
