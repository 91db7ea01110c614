"""Tables of resumable uploads: their offset and their parts in the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resumable_uploads",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("video_id", sa.String(), nullable=False, unique=True),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("metadata", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("webhook_url", sa.String(), nullable=True),
        sa.Column("length_bytes", sa.BigInteger(), nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("store_upload_id", sa.String(), nullable=True),
        sa.Column("next_part", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("writer", sa.String(), nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("settled_us", sa.BigInteger(), nullable=True),
        sa.Column("fault_code", sa.String(), nullable=True),
        sa.Column("fault_message", sa.String(), nullable=True),
    )
    op.create_index("ix_resumable_uploads_owner", "resumable_uploads", ["owner", "idempotency_key"])
    op.create_index("ix_resumable_uploads_expires_us", "resumable_uploads", ["expires_us"])
    op.create_table(
        "resumable_parts",
        sa.Column("upload_id", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("etag", sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("resumable_parts")
    op.drop_index("ix_resumable_uploads_expires_us", "resumable_uploads")
    op.drop_index("ix_resumable_uploads_owner", "resumable_uploads")
    op.drop_table("resumable_uploads")
