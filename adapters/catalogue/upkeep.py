"""Catalogue access of the hourly upkeep: lists old videos and updates rows whose files are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from adapters.catalogue.engine import translated_errors, write_locked
from adapters.catalogue.models import VideoRow, state_as_json
from adapters.catalogue.resumable_models import ResumableRow
from domain.messages.upkeep import StoredVideo
from domain.tasks.state import Fault, TaskStatus

_ENDED = [status.value for status in TaskStatus if status.ended]
_PAGE_ROWS = 500


class CatalogueUpkeep:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = write_locked(engine)

    def older(self, before_us: int) -> Iterator[StoredVideo]:
        """Videos of ended tasks created before `before_us`, in order of id."""
        return self._all(
            select(VideoRow).where(col(VideoRow.created_us) < before_us, col(VideoRow.status).in_(_ENDED))
        )

    def saved(self, before_us: int) -> Iterator[StoredVideo]:
        """Videos with a result, unchanged since `before_us`, in order of id."""
        return self._all(
            select(VideoRow).where(col(VideoRow.updated_us) < before_us, col(VideoRow.final_key).is_not(None))
        )

    def unknown(self, video_ids: Collection[str]) -> set[str]:
        """Ids without a row, in the videos or in the resumable uploads."""
        ids = sorted(video_ids)
        known: set[str] = set()
        with translated_errors("look for rows"), Session(self._engine) as session:
            for start in range(0, len(ids), _PAGE_ROWS):
                page = ids[start : start + _PAGE_ROWS]
                for column in (col(VideoRow.id), col(ResumableRow.video_id)):
                    known |= set(session.exec(select(column).where(column.in_(page))).all())
        return set(ids) - known

    def lose(self, video_id: str, final_key: str, fault: Fault) -> None:
        """Mark a video whose result is gone as failed, so that its source can be processed again."""
        query = select(VideoRow).where(VideoRow.id == video_id, VideoRow.final_key == final_key)
        with translated_errors("mark a lost video"), Session(self._writer) as session:
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
        """Delete the row, if there is one."""
        query = select(VideoRow).where(VideoRow.id == video_id)
        with translated_errors("remove a video"), Session(self._writer) as session:
            row = session.exec(query).first()
            if row is not None:
                session.delete(row)
                session.commit()

    def _all(self, wanted: SelectOfScalar[VideoRow]) -> Iterator[StoredVideo]:
        """Rows read in pages, so that rows may be deleted meanwhile and no cursor stays open."""
        last = ""
        while True:
            query = wanted.where(col(VideoRow.id) > last).order_by(col(VideoRow.id)).limit(_PAGE_ROWS)
            with translated_errors("list videos for the upkeep"), Session(self._engine) as session:
                videos = [
                    StoredVideo(row.id, row.task_id, row.final_key or "") for row in session.exec(query)
                ]
            yield from videos
            if len(videos) < _PAGE_ROWS:
                return
            last = videos[-1].video_id
