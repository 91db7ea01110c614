"""View counts, collected in memory and stored in batches, so that a view costs no transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from domain.errors import CatalogueUnavailable


class PendingViews:
    """Views that this process has counted since the last batch; lost when the process is killed."""

    def __init__(self) -> None:
        self._pending: Counter[str] = Counter()

    def count(self, video_id: str) -> None:
        self._pending[video_id] += 1

    async def store(self, add: Callable[[Mapping[str, int]], Awaitable[None]]) -> None:
        """Passes all pending views to `add`; they stay pending when the catalogue is unavailable."""
        if not self._pending:
            return
        batch, self._pending = self._pending, Counter()
        try:
            await add(batch)
        except CatalogueUnavailable:
            self._pending.update(batch)
            raise
