"""What the hourly upkeep asks of the catalogue, and how it brings rows in line with the store."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from adapters.catalogue.engine import naming_faults, writing
from adapters.catalogue.models import VideoRow, state_as_json
from adapters.catalogue.resumable_models import ResumableRow
from domain.messages.upkeep import StoredVideo
from domain.tasks.state import Fault, TaskStatus

_ENDED = [status.value for status in TaskStatus if status.ended]
_AT_ONCE = 500


class CatalogueUpkeep:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    def older(self, before_us: int) -> Iterator[StoredVideo]:
        """Every video of an ended task that was created earlier, in order of id."""
        return self._all(
            select(VideoRow).where(col(VideoRow.created_us) < before_us, col(VideoRow.status).in_(_ENDED))
        )

    def saved(self, before_us: int) -> Iterator[StoredVideo]:
        """Every video with a result that has not changed since."""
        return self._all(
            select(VideoRow).where(col(VideoRow.updated_us) < before_us, col(VideoRow.final_key).is_not(None))
        )

    def unknown(self, video_ids: Collection[str]) -> set[str]:
        """Those of the ids that no row has; a resumable upload on its way has one too."""
        ids = sorted(video_ids)
        known: set[str] = set()
        with naming_faults("look for rows"), Session(self._engine) as session:
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                for column in (col(VideoRow.id), col(ResumableRow.video_id)):
                    known |= set(session.exec(select(column).where(column.in_(some))).all())
        return set(ids) - known

    def lose(self, video_id: str, final_key: str, fault: Fault) -> None:
        """The video's result is gone: it counts as failed, and its source can be processed again."""
        query = select(VideoRow).where(VideoRow.id == video_id, VideoRow.final_key == final_key)
        with naming_faults("mark a lost video"), Session(self._writer) as session:
            row = session.exec(query.with_for_update()).first()
            if row is None:
                return
            outcome = replace(row.task_state.outcome, final_video=None, files={})
            row.status, row.final_key, row.final_size_bytes = TaskStatus.FAILED.value, None, None
            row.state = state_as_json(
                replace(row.task_state, status=TaskStatus.FAILED, fault=fault, outcome=outcome)
            )
            row.fault_code, row.fault_message = fault.code, fault.message
            session.add(row)
            session.commit()

    def forget(self, video_id: str) -> None:
        """Remove the row, if it is there."""
        query = select(VideoRow).where(VideoRow.id == video_id)
        with naming_faults("remove a video"), Session(self._writer) as session:
            row = session.exec(query).first()
            if row is not None:
                session.delete(row)
                session.commit()

    def _all(self, wanted: SelectOfScalar[VideoRow]) -> Iterator[StoredVideo]:
        """Page by page, so that rows may go meanwhile and no cursor stays open."""
        last = ""
        while True:
            query = wanted.where(col(VideoRow.id) > last).order_by(col(VideoRow.id)).limit(_AT_ONCE)
            with naming_faults("list videos for the upkeep"), Session(self._engine) as session:
                videos = [
                    StoredVideo(row.id, row.task_id, row.final_key or "") for row in session.exec(query)
                ]
            yield from videos
            if len(videos) < _AT_ONCE:
                return
            last = videos[-1].video_id
