"""Table model of API keys, equal to what the migrations create."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class ApiKeyRow(SQLModel, table=True):
    """API key, stored as a hash; `prefix` is its readable beginning."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_owner_created_us", "owner", "created_us"),)

    id: str = Field(primary_key=True)
    owner: str
    name: str
    prefix: str
    secret_sha256: str = Field(unique=True)
    plan: str
    created_us: int = Field(sa_type=BigInteger)
    last_used_us: int | None = Field(default=None, sa_type=BigInteger)
    revoked_us: int | None = Field(default=None, sa_type=BigInteger)
