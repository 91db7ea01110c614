"""Writer of the catalogue: one row per video, one video per idempotency key, no step back in state."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from adapters.catalogue.engine import lock_owner, translated_errors
from adapters.catalogue.library import VideoQueries
from adapters.catalogue.models import VideoRow, options_as_json, state_as_json, work_sha256
from adapters.catalogue.resumable import ResumableUploads
from adapters.catalogue.usage import usage_of
from adapters.catalogue.views import Views
from domain.accounts.identity import Plan
from domain.accounts.quotas import NO_QUOTAS, Quotas, Usage
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.board import queued_state
from domain.tasks.options import ProcessingOptions
from domain.tasks.state import TaskState, TaskStatus


@dataclass(frozen=True)
class NewVideo:
    """Values of a video's row when its upload is complete."""

    video_id: str
    task_id: str
    owner: str
    filename: str
    source: Artifact
    created_us: int
    options: ProcessingOptions = field(default_factory=ProcessingOptions)
    idempotency_key: str | None = None
    plan: Plan = Plan.STANDARD
    webhook_url: str | None = None


class Catalogue(VideoQueries):
    """Catalogue of videos, safe for many threads and processes. Every call raises `CatalogueUnavailable`
    when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.uploads = ResumableUploads(engine)
        self.views = Views(engine)

    def ready(self) -> None:
        """Raise `CatalogueUnavailable` unless the table can be read."""
        with translated_errors("answer"), Session(self._engine) as session:
            session.exec(select(VideoRow.id).limit(1)).first()

    def usage(self, owner: str, at_us: int, quotas: Quotas) -> Usage:
        """Owner's usage of what `quotas` limits."""
        if not quotas:
            return Usage()
        with translated_errors("sum up an owner's usage"), Session(self._engine) as session:
            return usage_of(session, owner, at_us, quotas)

    def add(self, video: NewVideo, quotas: Quotas = NO_QUOTAS) -> VideoRow:
        """Add a video's row. If the owner used its idempotency key before, return the first video's row.

        Raises `QuotaExceeded` when the video exceeds its owner's quota; concurrent uploads are counted one
        after the other.
        """
        state = queued_state(video.task_id, video.options, video.created_us)
        row = VideoRow(
            id=video.video_id,
            task_id=video.task_id,
            owner=video.owner,
            idempotency_key=video.idempotency_key,
            filename=video.filename,
            status=state.status.value,
            source_key=video.source.key,
            source_media_type=video.source.media_type,
            source_sha256=video.source.sha256,
            size_bytes=video.source.size_bytes,
            plan=video.plan.value,
            webhook_url=video.webhook_url,
            options=options_as_json(video.options),
            work_sha256=work_sha256(video.source, video.options),
            state=state_as_json(state),
            created_us=video.created_us,
            updated_us=video.created_us,
        )
        with translated_errors("store a new video"):
            try:
                with Session(self._writer, expire_on_commit=False) as session:
                    if quotas:
                        lock_owner(session, video.owner)
                    session.add(row)
                    session.flush()
                    # The lock holds until the commit: no other video of the owner is added in between.
                    quotas.check(
                        usage_of(session, video.owner, video.created_us, quotas, except_id=row.id),
                        video.source.size_bytes,
                    )
                    session.commit()
                    return row
            except IntegrityError:
                first = self.by_idempotency_key(video.owner, video.idempotency_key or "")
                if first is None:
                    raise
                return first

    def by_task(self, task_id: str) -> VideoRow | None:
        with translated_errors("look up a task"), Session(self._engine) as session:
            return session.exec(select(VideoRow).where(VideoRow.task_id == task_id)).first()

    def by_idempotency_key(self, owner: str, key: str) -> VideoRow | None:
        query = select(VideoRow).where(VideoRow.owner == owner, VideoRow.idempotency_key == key)
        with translated_errors("look up an idempotency key"), Session(self._engine) as session:
            return session.exec(query).first()

    def record(self, record: RecordInput) -> None:
        """Update the row to its task's state.

        A state older than the row's, one that would reopen an ended task, and the state of a removed video
        change nothing: records can arrive twice, late and in any order.
        """
        query = select(VideoRow).where(VideoRow.id == record.video_id).with_for_update()
        with translated_errors("record a task's state"), Session(self._writer) as session:
            row = session.exec(query).first()
            if row is None or not _goes_forward(row, record.state):
                return
            _apply(row, record)
            session.add(row)
            session.commit()

    def remove(self, task_id: str) -> None:
        """Delete a task's row; an unknown task is no fault."""
        with translated_errors("remove a task"), Session(self._writer) as session:
            row = session.exec(select(VideoRow).where(VideoRow.task_id == task_id)).first()
            if row is not None:
                session.delete(row)
                session.commit()


def _goes_forward(row: VideoRow, state: TaskState) -> bool:
    if row.status == TaskStatus.QUEUED.value:
        # The row's time is from the API's clock, which may differ from Temporal's.
        return True
    reopens = TaskStatus(row.status).ended and not state.status.ended
    return state.updated_us >= row.updated_us and not reopens


def _apply(row: VideoRow, record: RecordInput) -> None:
    row.status = record.state.status.value
    row.state = state_as_json(record.state)
    row.updated_us = record.state.updated_us
    row.animals = list(record.state.outcome.animals_detected)
    row.language = record.language.language if record.language else record.state.outcome.language
    row.fault_code = record.state.fault.code if record.state.fault else None
    row.fault_message = record.state.fault.message if record.state.fault else None
    if record.final is not None:
        row.final_key = record.final.key
        row.final_size_bytes = record.final.size_bytes
    if record.media is not None:
        row.duration_us = record.media.duration_us
        row.width = record.media.picture.display_width
        row.height = record.media.picture.display_height
