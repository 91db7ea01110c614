"""Progress reporter that records its calls and can cancel."""

from __future__ import annotations

from collections.abc import Callable

from domain.errors import AttemptCancelled


class NotedProgress:
    def __init__(self, stop_when: Callable[[], bool] = lambda: False) -> None:
        self.fractions: list[float] = []
        self.signs_of_life = 0
        self._stop_when = stop_when

    def advance(self, fraction: float) -> None:
        self.fractions.append(fraction)

    def working(self) -> None:
        self.signs_of_life += 1

    def check(self) -> None:
        if self._stop_when():
            raise AttemptCancelled("The task was cancelled.")
