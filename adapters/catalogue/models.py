"""Table model of videos, equal to what the migrations create."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.storage.artifact import Artifact
from domain.tasks.options import ProcessingOptions
from domain.tasks.state import TaskState


class VideoRow(SQLModel, table=True):
    """Video with the last recorded state of its task; the other columns allow searches."""

    __tablename__ = "videos"
    __table_args__ = (
        UniqueConstraint("owner", "idempotency_key", name="uq_videos_owner_idempotency_key"),
        Index("ix_videos_status_created_us", "status", "created_us"),
        Index("ix_videos_owner_created_us", "owner", "created_us"),
        Index("ix_videos_owner_status", "owner", "status"),
        Index("ix_videos_owner_status_created_us", "owner", "status", "created_us"),
        Index("ix_videos_owner_work_sha256", "owner", "work_sha256"),
        Index("ix_videos_source_sha256", "source_sha256"),
        Index("ix_videos_filename", "filename"),
        Index("ix_videos_views", "views"),
    )

    id: str = Field(primary_key=True)
    task_id: str = Field(unique=True)
    owner: str
    idempotency_key: str | None = None
    filename: str
    status: str
    source_key: str
    source_media_type: str
    source_sha256: str
    size_bytes: int = Field(sa_type=BigInteger)
    duration_us: int | None = Field(default=None, sa_type=BigInteger)
    width: int | None = None
    height: int | None = None
    language: str | None = None
    animals: list[str] = Field(default_factory=list, sa_type=JSON)
    # Default of an older version without plans, so that both can serve during a deploy.
    plan: str = Field(default="standard", sa_column_kwargs={"server_default": "standard"})
    webhook_url: str | None = None
    options: dict[str, Any] = Field(sa_type=JSON)
    state: dict[str, Any] = Field(sa_type=JSON)
    fault_code: str | None = None
    fault_message: str | None = None
    final_key: str | None = None
    final_size_bytes: int | None = Field(default=None, sa_type=BigInteger)
    work_sha256: str | None = None
    edited_us: int | None = Field(default=None, sa_type=BigInteger)
    views: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    created_us: int = Field(sa_type=BigInteger)
    updated_us: int = Field(sa_type=BigInteger)

    @property
    def task_state(self) -> TaskState:
        """Stored state, without fields that this version does not know."""
        return _STATES.validate_python(self.state)

    @property
    def result_key(self) -> str | None:
        """Key of the finished file; rows older than the column have it in their state only."""
        return self.final_key or self.task_state.outcome.final_video

    @property
    def source(self) -> Artifact:
        """Uploaded file in the object store."""
        return Artifact(self.source_key, self.source_media_type, self.size_bytes, self.source_sha256)

    @property
    def processing_options(self) -> ProcessingOptions:
        """Options that the sender chose."""
        return options_of_json(self.options)


def work_sha256(source: Artifact, options: ProcessingOptions) -> str:
    """Digest of source, given subtitles and options by content, independent of their keys."""
    recipe = options_as_json(options)
    given = options.given_subtitles
    recipe["given_subtitles"] = given.sha256 if given else None
    return hashlib.sha256(json.dumps([source.sha256, recipe], sort_keys=True).encode()).hexdigest()


def options_as_json(options: ProcessingOptions) -> dict[str, Any]:
    """Options in their stored form."""
    stored: dict[str, Any] = _OPTIONS.dump_python(options, mode="json")
    return stored


def options_of_json(stored: dict[str, Any]) -> ProcessingOptions:
    """Options from their stored form."""
    return _OPTIONS.validate_python(stored)


def state_as_json(state: TaskState) -> dict[str, Any]:
    """State in its stored form."""
    stored: dict[str, Any] = _STATES.dump_python(state, mode="json")
    return stored


_STATES = TypeAdapter(TaskState)
_OPTIONS = TypeAdapter(ProcessingOptions)
