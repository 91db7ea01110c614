"""Table models of resumable uploads, equal to what the migrations create."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, String
from sqlmodel import Field, SQLModel

from adapters.catalogue.models import options_of_json
from domain.tasks.options import ProcessingOptions


class ResumableRow(SQLModel, table=True):
    """Upload. The first `offset_bytes` are in the store: parts, then `pieces` as [key, size].

    `digest` is the state of the SHA-256 over the parts; `writer` is the request that may continue it.
    `settled_us` is set when its task is started, or when it is refused with the fault.
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
    # SQLModel uses the name `metadata` itself.
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
        """True when all bytes have been stored."""
        return self.offset_bytes == self.length_bytes

    @property
    def processing_options(self) -> ProcessingOptions:
        """Options that the sender chose."""
        return options_of_json(self.options)


class ResumablePartRow(SQLModel, table=True):
    """Valid part. The store may hold others, of interrupted requests."""

    __tablename__ = "resumable_parts"

    upload_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    etag: str
