"""The tables of resumable uploads, as the migrations make them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, String
from sqlmodel import Field, SQLModel

from adapters.catalogue.models import options_of_json
from domain.tasks.options import ProcessingOptions


class ResumableRow(SQLModel, table=True):
    """One upload. `offset_bytes` are safe in the store, as parts and, behind them, as `pieces`: [key, size].

    `digest` is the state of the SHA-256 over the parts; `writer` is the request that may go on with it.
    `settled_us` is set when its task is started, or when it is refused for the fault.
    """

    __tablename__ = "resumable_uploads"
    __table_args__ = (
        Index("ix_resumable_uploads_owner", "owner", "idempotency_key"),
        Index("ix_resumable_uploads_expires_us", "expires_us"),
    )

    id: str = Field(primary_key=True)
    owner: str
    plan: str
    video_id: str = Field(unique=True)
    task_id: str
    filename: str
    # The name `metadata` is taken by the model's own.
    sent_metadata: str = Field(sa_column=Column("metadata", String, nullable=False))
    options: dict[str, Any] = Field(sa_type=JSON)
    idempotency_key: str | None = None
    webhook_url: str | None = None
    length_bytes: int = Field(sa_type=BigInteger)
    offset_bytes: int = Field(default=0, sa_type=BigInteger)
    media_type: str | None = None
    store_upload_id: str | None = None
    next_part: int = 1
    pieces: list[list[Any]] = Field(default_factory=list, sa_type=JSON)
    digest: bytes | None = Field(default=None, sa_type=LargeBinary)
    writer: str | None = None
    created_us: int = Field(sa_type=BigInteger)
    expires_us: int = Field(sa_type=BigInteger)
    settled_us: int | None = Field(default=None, sa_type=BigInteger)
    fault_code: str | None = None
    fault_message: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the last byte is in."""
        return self.offset_bytes == self.length_bytes

    @property
    def processing_options(self) -> ProcessingOptions:
        """What the sender asked for."""
        return options_of_json(self.options)


class ResumablePartRow(SQLModel, table=True):
    """A part that counts. The store may hold others, of requests that were cut off."""

    __tablename__ = "resumable_parts"

    upload_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    etag: str
