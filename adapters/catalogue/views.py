"""How often videos were watched, all callers together."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from adapters.catalogue.engine import naming_faults, writing
from adapters.catalogue.models import VideoRow


class Views:
    """Safe to use from many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    def add(self, fresh: Mapping[str, int]) -> None:
        """Count these more views, by video; of a video that has gone meanwhile there is nothing to count."""
        with naming_faults("count views"), Session(self._writer) as session:
            # In the same order everywhere, so that two processes never wait for each other.
            for video_id in sorted(fresh):
                more = col(VideoRow.views) + fresh[video_id]
                session.execute(update(VideoRow).where(col(VideoRow.id) == video_id).values(views=more))
            session.commit()

    def most(self, limit: int) -> list[tuple[str, int]]:
        """Ids and views of the most watched videos, the most watched first."""
        query = (
            select(VideoRow.id, VideoRow.views)
            .where(col(VideoRow.views) > 0)
            .order_by(col(VideoRow.views).desc(), col(VideoRow.id))
            .limit(limit)
        )
        with naming_faults("look for the most watched videos"), Session(self._engine) as session:
            return [(video_id, views) for video_id, views in session.exec(query).all()]
