"""Queries of videos: by id, by equal work, and in pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Engine, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from adapters.catalogue.engine import translated_errors, write_locked
from adapters.catalogue.models import VideoRow
from domain.errors import FormInvalid
from domain.tasks.state import TaskStatus


@dataclass(frozen=True)
class Cursor:
    """Position in the list of videos, newest first; `str` gives the form that callers send back."""

    created_us: int
    video_id: str

    def __str__(self) -> str:
        return f"{self.created_us}.{self.video_id}"

    @classmethod
    def parse(cls, text_form: str) -> Cursor:
        created, _, video_id = text_form.partition(".")
        if not (created.isascii() and created.isdecimal() and len(created) < 19 and video_id):
            raise FormInvalid("The cursor is not valid: send one from a page of this list.")
        return cls(int(created), video_id)


@dataclass(frozen=True)
class Page:
    """Page of videos, newest first; `next` is the cursor of the next page, None on the last one."""

    videos: list[VideoRow]
    next: Cursor | None


@dataclass(frozen=True)
class Wanted:
    """Search filter: statuses, text in the file name, digest of the source; empty ones match all."""

    statuses: Collection[TaskStatus] = ()
    name: str = ""
    source_sha256: str = ""


class VideoQueries:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = write_locked(engine)

    def video(self, owner: str | None, video_id: str) -> VideoRow | None:
        """Owner's video (any owner's for None) by its id or its task's."""
        query = _one(owner, video_id)
        with translated_errors("look up a video"), Session(self._engine) as session:
            return session.exec(query).first()

    def same_work(self, owner: str, work_sha256: str) -> VideoRow | None:
        """Owner's newest video of the same source, subtitles and options that has not failed."""
        unsuccessful = (TaskStatus.FAILED.value, TaskStatus.CANCELLED.value)
        query = (
            select(VideoRow)
            .where(VideoRow.owner == owner, VideoRow.work_sha256 == work_sha256)
            .where(col(VideoRow.status).not_in(unsuccessful))
            .order_by(col(VideoRow.created_us).desc())
        )
        with translated_errors("look for finished work"), Session(self._engine) as session:
            return session.exec(query).first()

    def is_source_shared(self, source_sha256: str, except_id: str) -> bool:
        """True if another video, of any owner, has the same source bytes."""
        query = select(VideoRow.id).where(VideoRow.source_sha256 == source_sha256, VideoRow.id != except_id)
        with translated_errors("look for a source"), Session(self._engine) as session:
            return session.exec(query.limit(1)).first() is not None

    def rename(self, owner: str | None, video_id: str, filename: str, at_us: int) -> VideoRow | None:
        """Change a video's file name; None when there is no such video."""
        query = _one(owner, video_id).with_for_update()
        with translated_errors("rename a video"), Session(self._writer, expire_on_commit=False) as session:
            row = session.exec(query).first()
            if row is not None:
                row.filename, row.edited_us = filename, at_us
                session.add(row)
                session.commit()
            return row

    def page(
        self,
        owner: str | None,
        statuses: Collection[TaskStatus] = (),
        limit: int = 50,
        before: Cursor | None = None,
    ) -> Page:
        """Page of the owner's videos (all owners' for None), newest first; any status if none is given."""
        return self.search(owner, Wanted(statuses), limit, before)

    def search(
        self, owner: str | None, wanted: Wanted, limit: int = 50, before: Cursor | None = None, skip: int = 0
    ) -> Page:
        """Page of the owner's videos that match, newest first; a page at `before` is as fast as the first."""
        query = _matching(owner, wanted)
        if before is not None:
            # The first condition is implied by the second, but lets the database use an index.
            query = query.where(
                col(VideoRow.created_us) <= before.created_us,
                or_(col(VideoRow.created_us) < before.created_us, col(VideoRow.id) < before.video_id),
            )
        query = query.order_by(col(VideoRow.created_us).desc(), col(VideoRow.id).desc())
        with translated_errors("list the videos"), Session(self._engine) as session:
            rows = list(session.exec(query.offset(skip).limit(limit + 1)).all())
        videos = rows[:limit]
        last = videos[-1] if len(rows) > limit else None
        return Page(videos, Cursor(last.created_us, last.id) if last else None)


def _matching(owner: str | None, wanted: Wanted) -> SelectOfScalar[VideoRow]:
    query = _of(owner)
    if wanted.statuses:
        query = query.where(col(VideoRow.status).in_([status.value for status in wanted.statuses]))
    if wanted.name:
        query = query.where(col(VideoRow.filename).icontains(wanted.name, autoescape=True))
    if wanted.source_sha256:
        query = query.where(VideoRow.source_sha256 == wanted.source_sha256)
    return query


def _one(owner: str | None, video_id: str) -> SelectOfScalar[VideoRow]:
    column = VideoRow.task_id if video_id.startswith("task-") else VideoRow.id
    return _of(owner).where(column == video_id)


def _of(owner: str | None) -> SelectOfScalar[VideoRow]:
    query = select(VideoRow)
    return query if owner is None else query.where(VideoRow.owner == owner)
