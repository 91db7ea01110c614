"""How far each resumable upload is, and which request may go on with it: the newest one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Engine, delete, func
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from adapters.catalogue.engine import hold_owner, naming_faults, writing
from adapters.catalogue.resumable_models import ResumablePartRow, ResumableRow
from adapters.catalogue.usage import usage_of
from domain.accounts.quotas import Quotas
from domain.errors import UploadComplete, UploadConflict, UploadGone, UploadUnknown
from domain.messages.upkeep import ExpiredUpload
from domain.storage.resumable import MOST_PART_NUMBERS, SETTLED_AFTER_US

_AT_ONCE = 100


@dataclass(frozen=True)
class Progress:
    """What a request has made safe, to be kept in one step. Without `writer` staying, the request is done."""

    upload_id: str
    writer: str
    offset_bytes: int
    next_part: int
    pieces: tuple[tuple[str, int], ...] = ()
    parts: tuple[tuple[int, str], ...] = ()
    digest: bytes | None = None
    store_upload_id: str | None = None
    media_type: str | None = None
    stays: bool = True


class ResumableUploads:
    """Safe to use from many threads and processes. Every call raises `CatalogueUnavailable` when the
    database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    def create(self, upload: ResumableRow, quotas: Quotas) -> ResumableRow:
        """Keep a new upload; its owner's one of the same key and length, if no byte of that has come.

        Raises `QuotaExceeded` unless the owner's videos, open uploads and this one have room.
        """
        with naming_faults("keep a new upload"), self._writing() as session:
            hold_owner(session, upload.owner)
            if upload.idempotency_key is not None and (same := session.exec(_same(upload)).first()):
                return same
            if quotas:
                coming = int(session.exec(_open_bytes(upload)).one() or 0)
                has = usage_of(session, upload.owner, upload.created_us, quotas)
                has = replace(
                    has, daily_bytes=has.daily_bytes + coming, stored_bytes=has.stored_bytes + coming
                )
                quotas.check(has, upload.length_bytes)
            session.add(upload)
            session.commit()
        return upload

    def add(self, upload: ResumableRow) -> ResumableRow:
        """Keep an upload that takes no room, because its video is there already."""
        with naming_faults("keep an upload"), self._writing() as session:
            session.add(upload)
            session.commit()
        return upload

    def find(self, upload_id: str, owner: str, at_us: int) -> ResumableRow:
        """Raises `UploadUnknown` for what is not the owner's, `UploadGone` for what came too late."""
        with naming_faults("look up an upload"), Session(self._engine) as session:
            return _known(session.get(ResumableRow, upload_id), upload_id, owner, at_us)

    def claim(self, upload_id: str, owner: str, offset_bytes: int, writer: str, at_us: int) -> ResumableRow:
        """From now on only `writer` may go on with the upload: what an earlier one brings is not kept.

        Raises `UploadConflict` unless the upload stands at this offset.
        """
        with naming_faults("take up an upload"), self._writing() as session:
            row = _known(session.exec(_locked(upload_id)).first(), upload_id, owner, at_us)
            if row.offset_bytes != offset_bytes:
                raise UploadConflict(f"The upload stands at {row.offset_bytes}, not at {offset_bytes}.")
            if row.writer is not None:
                # It was cut off, or still writes: a part under this number could be anything.
                row.next_part += 1
            if row.next_part > MOST_PART_NUMBERS:
                raise UploadGone("The upload was broken off more often than the store can take: begin anew.")
            row.writer = writer
            session.add(row)
            session.commit()
            return row

    def keep(self, progress: Progress) -> None:
        """Raises `UploadConflict` when another request has taken up the upload, or it was ended."""
        with naming_faults("keep an upload's progress"), self._writing() as session:
            row = session.exec(_locked(progress.upload_id)).first()
            if row is None or row.writer != progress.writer:
                raise UploadConflict("Another request goes on with this upload, or has ended it.")
            row.offset_bytes, row.next_part = progress.offset_bytes, progress.next_part
            row.pieces = [list(piece) for piece in progress.pieces]
            row.digest, row.media_type = progress.digest, progress.media_type
            row.store_upload_id = progress.store_upload_id
            row.writer = progress.writer if progress.stays else None
            session.add(row)
            session.add_all(
                ResumablePartRow(upload_id=row.id, number=number, etag=etag)
                for number, etag in progress.parts
            )
            session.commit()

    def parts(self, upload_id: str) -> list[ResumablePartRow]:
        """The parts that count, in their order."""
        wanted = select(ResumablePartRow).where(ResumablePartRow.upload_id == upload_id)
        with naming_faults("list an upload's parts"), Session(self._engine) as session:
            return list(session.exec(wanted.order_by(col(ResumablePartRow.number))).all())

    def settle(
        self, upload_id: str, task_id: str, at_us: int, fault_code: str = "", fault_message: str = ""
    ) -> None:
        """The upload's task is started, or it is refused; an upload that was removed stays so."""
        with naming_faults("settle an upload"), self._writing() as session:
            row = session.exec(_locked(upload_id)).first()
            if row is not None and row.settled_us is None:
                row.task_id, row.settled_us = task_id, at_us
                row.fault_code, row.fault_message = fault_code or None, fault_message or None
                session.add(row)
                session.commit()

    def end(self, upload_id: str, owner: str, at_us: int) -> ResumableRow:
        """Take the upload back; no request can go on with it. Raises `UploadComplete` for a whole one."""
        with naming_faults("end an upload"), self._writing() as session:
            row = _known(session.exec(_locked(upload_id)).first(), upload_id, owner, at_us)
            if row.is_whole:
                raise UploadComplete(f"All {row.length_bytes} bytes are in: cancel task {row.task_id}.")
            _forget(session, row)
            session.commit()
        return row

    def unsettled(self, at_us: int) -> list[ResumableRow]:
        """Whole uploads whose task may not be started, the oldest first."""
        wanted = select(ResumableRow).where(
            col(ResumableRow.settled_us).is_(None),
            ResumableRow.offset_bytes == ResumableRow.length_bytes,
            ResumableRow.expires_us > at_us,
        )
        with naming_faults("look for whole uploads"), Session(self._engine) as session:
            return list(session.exec(wanted.order_by(col(ResumableRow.created_us)).limit(_AT_ONCE)).all())

    def expired(self, at_us: int) -> Iterator[ExpiredUpload]:
        """Those whose time is over, for good; each must be removed before the next is asked for."""
        wanted = select(ResumableRow).where(ResumableRow.expires_us < at_us - SETTLED_AFTER_US)
        while True:
            with naming_faults("look for expired uploads"), Session(self._engine) as session:
                rows = session.exec(wanted.order_by(col(ResumableRow.expires_us)).limit(_AT_ONCE)).all()
                page = [ExpiredUpload(row.id, row.video_id, row.settled_us is not None) for row in rows]
            yield from page
            if len(page) < _AT_ONCE:
                return

    def remove(self, upload_id: str) -> None:
        """Forget an upload; twice is no fault."""
        with naming_faults("remove an upload"), self._writing() as session:
            row = session.exec(_locked(upload_id)).first()
            if row is not None:
                _forget(session, row)
                session.commit()

    def _writing(self) -> Session:
        return Session(self._writer, expire_on_commit=False)


def _locked(upload_id: str) -> SelectOfScalar[ResumableRow]:
    return select(ResumableRow).where(ResumableRow.id == upload_id).with_for_update()


def _open(upload: ResumableRow) -> tuple[ColumnElement[bool], ...]:
    """The uploads of its owner that are on their way when it comes."""
    return (
        col(ResumableRow.owner) == upload.owner,
        col(ResumableRow.settled_us).is_(None),
        col(ResumableRow.expires_us) > upload.created_us,
    )


def _same(upload: ResumableRow) -> SelectOfScalar[ResumableRow]:
    return select(ResumableRow).where(
        *_open(upload),
        ResumableRow.idempotency_key == upload.idempotency_key,
        ResumableRow.length_bytes == upload.length_bytes,
        ResumableRow.offset_bytes == 0,
    )


def _open_bytes(upload: ResumableRow) -> SelectOfScalar[int]:
    return select(func.sum(col(ResumableRow.length_bytes))).where(*_open(upload))


def _forget(session: Session, row: ResumableRow) -> None:
    session.connection().execute(delete(ResumablePartRow).where(col(ResumablePartRow.upload_id) == row.id))
    session.delete(row)


def _known(row: ResumableRow | None, upload_id: str, owner: str, at_us: int) -> ResumableRow:
    if row is None or row.owner != owner:
        raise UploadUnknown(f"You have no upload {upload_id!r}.")
    if row.expires_us <= at_us:
        raise UploadGone("The upload was not finished in its time: begin a new one.")
    return row
