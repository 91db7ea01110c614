"""View counts of videos, over all callers."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from adapters.catalogue.engine import translated_errors, write_locked
from adapters.catalogue.models import VideoRow


class Views:
    """View counter, safe for many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = write_locked(engine)

    def add(self, counts: Mapping[str, int]) -> None:
        """Add view counts by video id; deleted videos are skipped."""
        with translated_errors("count views"), Session(self._writer) as session:
            # Always in the same order, so that two processes can't deadlock.
            for video_id in sorted(counts):
                more = col(VideoRow.views) + counts[video_id]
                session.execute(update(VideoRow).where(col(VideoRow.id) == video_id).values(views=more))
            session.commit()

    def most(self, limit: int) -> list[tuple[str, int]]:
        """Ids and view counts of the most watched videos, the most watched first."""
        query = (
            select(VideoRow.id, VideoRow.views)
            .where(col(VideoRow.views) > 0)
            .order_by(col(VideoRow.views).desc(), col(VideoRow.id))
            .limit(limit)
        )
        with translated_errors("look for the most watched videos"), Session(self._engine) as session:
            return [(video_id, views) for video_id, views in session.exec(query).all()]
