"""Lazy loading of a model: at its first use, once per process, for all threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Model = TypeVar("Model")


class LoadedOnce(Generic[Model]):
    """Model that is loaded by the first caller. After a failed load the next caller tries again."""

    def __init__(self, load: Callable[[], Model]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._loaded: list[Model] = []

    def get(self) -> Model:
        with self._lock:
            if not self._loaded:
                self._loaded.append(self._load())
            return self._loaded[0]
