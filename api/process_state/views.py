"""Counts who begins to watch what; the catalogue is told now and then: a view costs no transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from domain.errors import CatalogueUnavailable


class PendingViews:
    """What this process has counted since it last told. A process that is killed loses that much."""

    def __init__(self) -> None:
        self._fresh: Counter[str] = Counter()

    def count(self, video_id: str) -> None:
        self._fresh[video_id] += 1

    async def store(self, add: Callable[[Mapping[str, int]], Awaitable[None]]) -> None:
        """Hand everything to `add`, or keep it for the next time when the catalogue is away."""
        if not self._fresh:
            return
        told, self._fresh = self._fresh, Counter()
        try:
            await add(told)
        except CatalogueUnavailable:
            self._fresh.update(told)
            raise
