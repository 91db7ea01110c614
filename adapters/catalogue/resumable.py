"""Resumable uploads in the catalogue: offset, parts, and the one request that may write (the newest)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Engine, delete, func
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from adapters.catalogue.engine import lock_owner, translated_errors, write_locked
from adapters.catalogue.resumable_models import ResumablePartRow, ResumableRow
from adapters.catalogue.usage import usage_of
from domain.accounts.quotas import Quotas
from domain.errors import UploadComplete, UploadConflict, UploadGone, UploadUnknown
from domain.messages.upkeep import ExpiredUpload
from domain.storage.resumable import MOST_PART_NUMBERS, SETTLED_AFTER_US

_PAGE_ROWS = 100


@dataclass(frozen=True)
class Progress:
    """Bytes that a request has stored, recorded in one step. `stays` is False when the request is done."""

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
    """Table of resumable uploads, safe for many threads and processes. Every call raises
    `CatalogueUnavailable` when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = write_locked(engine)

    def create(self, upload: ResumableRow, quotas: Quotas) -> ResumableRow:
        """Add an upload, or return the owner's one of the same idempotency key and length at offset 0.

        Raises `QuotaExceeded` if the owner's videos, open uploads and this one exceed the quota.
        """
        with translated_errors("store a new upload"), self._writing() as session:
            lock_owner(session, upload.owner)
            if upload.idempotency_key is not None and (same := session.exec(_same_upload(upload)).first()):
                return same
            if quotas:
                open_bytes = int(session.exec(_open_bytes(upload)).one() or 0)
                usage = usage_of(session, upload.owner, upload.created_us, quotas)
                usage = replace(
                    usage,
                    daily_bytes=usage.daily_bytes + open_bytes,
                    stored_bytes=usage.stored_bytes + open_bytes,
                )
                quotas.check(usage, upload.length_bytes)
            session.add(upload)
            session.commit()
        return upload

    def add(self, upload: ResumableRow) -> ResumableRow:
        """Add an upload without a quota check, because its video exists already."""
        with translated_errors("store an upload"), self._writing() as session:
            session.add(upload)
            session.commit()
        return upload

    def find(self, upload_id: str, owner: str, at_us: int) -> ResumableRow:
        """Owner's upload. Raises `UploadUnknown` if there is none, `UploadGone` if it has expired."""
        with translated_errors("look up an upload"), Session(self._engine) as session:
            return _known(session.get(ResumableRow, upload_id), upload_id, owner, at_us)

    def claim(self, upload_id: str, owner: str, offset_bytes: int, writer: str, at_us: int) -> ResumableRow:
        """Make `writer` the only request that may continue the upload; an earlier one's data is refused.

        Raises `UploadConflict` unless the upload is at this offset.
        """
        with translated_errors("resume an upload"), self._writing() as session:
            row = _known(session.exec(_locked(upload_id)).first(), upload_id, owner, at_us)
            if row.offset_bytes != offset_bytes:
                raise UploadConflict(f"The upload's offset is {row.offset_bytes}, not {offset_bytes}.")
            if row.writer is not None:
                # That request was interrupted or still writes: the part with this number is undefined.
                row.next_part += 1
            if row.next_part > MOST_PART_NUMBERS:
                raise UploadGone("The upload was interrupted too often: begin a new one.")
            row.writer = writer
            session.add(row)
            session.commit()
            return row

    def save(self, progress: Progress) -> None:
        """Record progress. Raises `UploadConflict` when another request has resumed or ended the upload."""
        with translated_errors("store an upload's progress"), self._writing() as session:
            row = session.exec(_locked(progress.upload_id)).first()
            if row is None or row.writer != progress.writer:
                raise UploadConflict("Another request has resumed or ended this upload.")
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
        """Valid parts, in order of number."""
        wanted = select(ResumablePartRow).where(ResumablePartRow.upload_id == upload_id)
        with translated_errors("list an upload's parts"), Session(self._engine) as session:
            return list(session.exec(wanted.order_by(col(ResumablePartRow.number))).all())

    def settle(
        self, upload_id: str, task_id: str, at_us: int, fault_code: str = "", fault_message: str = ""
    ) -> None:
        """Record that the upload's task was started, or the fault for which it was refused."""
        with translated_errors("settle an upload"), self._writing() as session:
            row = session.exec(_locked(upload_id)).first()
            if row is not None and row.settled_us is None:
                row.task_id, row.settled_us = task_id, at_us
                row.fault_code, row.fault_message = fault_code or None, fault_message or None
                session.add(row)
                session.commit()

    def end(self, upload_id: str, owner: str, at_us: int) -> ResumableRow:
        """Delete an incomplete upload; no request can continue it. Raises `UploadComplete` for others."""
        with translated_errors("end an upload"), self._writing() as session:
            row = _known(session.exec(_locked(upload_id)).first(), upload_id, owner, at_us)
            if row.is_whole:
                raise UploadComplete(
                    f"The upload is complete ({row.length_bytes} bytes): cancel task {row.task_id} instead."
                )
            _forget(session, row)
            session.commit()
        return row

    def unsettled(self, at_us: int) -> list[ResumableRow]:
        """Complete uploads whose task start is not recorded, oldest first."""
        wanted = select(ResumableRow).where(
            col(ResumableRow.settled_us).is_(None),
            ResumableRow.offset_bytes == ResumableRow.length_bytes,
            ResumableRow.expires_us > at_us,
        )
        with translated_errors("look for whole uploads"), Session(self._engine) as session:
            return list(session.exec(wanted.order_by(col(ResumableRow.created_us)).limit(_PAGE_ROWS)).all())

    def expired(self, at_us: int) -> Iterator[ExpiredUpload]:
        """Expired uploads, past the time for settling; remove each before taking the next."""
        wanted = select(ResumableRow).where(ResumableRow.expires_us < at_us - SETTLED_AFTER_US)
        while True:
            with translated_errors("look for expired uploads"), Session(self._engine) as session:
                rows = session.exec(wanted.order_by(col(ResumableRow.expires_us)).limit(_PAGE_ROWS)).all()
                page = [ExpiredUpload(row.id, row.video_id, row.settled_us is not None) for row in rows]
            yield from page
            if len(page) < _PAGE_ROWS:
                return

    def remove(self, upload_id: str) -> None:
        """Delete an upload; again is no fault."""
        with translated_errors("remove an upload"), self._writing() as session:
            row = session.exec(_locked(upload_id)).first()
            if row is not None:
                _forget(session, row)
                session.commit()

    def _writing(self) -> Session:
        return Session(self._writer, expire_on_commit=False)


def _locked(upload_id: str) -> SelectOfScalar[ResumableRow]:
    return select(ResumableRow).where(ResumableRow.id == upload_id).with_for_update()


def _open(upload: ResumableRow) -> tuple[ColumnElement[bool], ...]:
    """Condition for the owner's other open uploads."""
    return (
        col(ResumableRow.owner) == upload.owner,
        col(ResumableRow.settled_us).is_(None),
        col(ResumableRow.expires_us) > upload.created_us,
    )


def _same_upload(upload: ResumableRow) -> SelectOfScalar[ResumableRow]:
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
        raise UploadGone("The upload has expired: begin a new one.")
    return row
