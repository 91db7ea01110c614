"""How videos are found again: one by its id, by the work that it took, and page by page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Engine, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from adapters.catalogue.engine import naming_faults, writing
from adapters.catalogue.models import VideoRow
from domain.errors import FormInvalid
from domain.tasks.state import TaskStatus


@dataclass(frozen=True)
class Cursor:
    """A place in the list of videos, newest first; `str` of it is what callers pass around."""

    created_us: int
    video_id: str

    def __str__(self) -> str:
        return f"{self.created_us}.{self.video_id}"

    @classmethod
    def parse(cls, text_form: str) -> Cursor:
        created, _, video_id = text_form.partition(".")
        if not (created.isascii() and created.isdecimal() and len(created) < 19 and video_id):
            raise FormInvalid("The cursor is not one that a page of this list gave.")
        return cls(int(created), video_id)


@dataclass(frozen=True)
class Page:
    """Videos, newest first; `next` leads to the older ones and is None on the last page."""

    videos: list[VideoRow]
    next: Cursor | None


@dataclass(frozen=True)
class Wanted:
    """Which of an owner's videos: of these statuses, with this in the file's name, made of this source."""

    statuses: Collection[TaskStatus] = ()
    name: str = ""
    source_sha256: str = ""


class Library:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    def video(self, owner: str | None, video_id: str) -> VideoRow | None:
        """One of the owner's videos, by its own id or its task's; with None, of anybody's."""
        query = _one(owner, video_id)
        with naming_faults("look up a video"), Session(self._engine) as session:
            return session.exec(query).first()

    def same_work(self, owner: str, work_sha256: str) -> VideoRow | None:
        """The owner's newest video that was or is being made of the same things in the same way."""
        lost = (TaskStatus.FAILED.value, TaskStatus.CANCELLED.value)
        query = (
            select(VideoRow)
            .where(VideoRow.owner == owner, VideoRow.work_sha256 == work_sha256)
            .where(col(VideoRow.status).not_in(lost))
            .order_by(col(VideoRow.created_us).desc())
        )
        with naming_faults("look for finished work"), Session(self._engine) as session:
            return session.exec(query).first()

    def is_source_shared(self, source_sha256: str, except_id: str) -> bool:
        """Whether another video, of anybody, was made of the same bytes."""
        query = select(VideoRow.id).where(VideoRow.source_sha256 == source_sha256, VideoRow.id != except_id)
        with naming_faults("look for a source"), Session(self._engine) as session:
            return session.exec(query.limit(1)).first() is not None

    def rename(self, owner: str | None, video_id: str, filename: str, at_us: int) -> VideoRow | None:
        """Give a video another name; None when there is no such video."""
        query = _one(owner, video_id).with_for_update()
        with naming_faults("rename a video"), Session(self._writer, expire_on_commit=False) as session:
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
        """The owner's videos, or everybody's for None, newest first; of any status unless some are named."""
        return self.search(owner, Wanted(statuses), limit, before)

    def search(
        self, owner: str | None, wanted: Wanted, limit: int = 50, before: Cursor | None = None, skip: int = 0
    ) -> Page:
        """The owner's videos that are wanted, newest first; a page at `before` is as quick as the first."""
        query = _matching(owner, wanted)
        if before is not None:
            # The first condition says nothing new, but an index can be entered by it.
            query = query.where(
                col(VideoRow.created_us) <= before.created_us,
                or_(col(VideoRow.created_us) < before.created_us, col(VideoRow.id) < before.video_id),
            )
        query = query.order_by(col(VideoRow.created_us).desc(), col(VideoRow.id).desc())
        with naming_faults("list the videos"), Session(self._engine) as session:
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
