"""That a model is loaded at its first use, once a process, whichever thread asks first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Model = TypeVar("Model")


class LoadedOnce(Generic[Model]):
    """A model that may not be loaded yet. A load that failed is tried again by the next caller."""

    def __init__(self, load: Callable[[], Model]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._loaded: list[Model] = []

    def get(self) -> Model:
        with self._lock:
            if not self._loaded:
                self._loaded.append(self._load())
            return self._loaded[0]
