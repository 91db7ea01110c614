"""Columns of the result, and the digest by which finished work is found again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("videos") as videos:
        videos.add_column(sa.Column("final_key", sa.String(), nullable=True))
        videos.add_column(sa.Column("final_size_bytes", sa.BigInteger(), nullable=True))
        videos.add_column(sa.Column("work_sha256", sa.String(), nullable=True))
        videos.add_column(sa.Column("edited_us", sa.BigInteger(), nullable=True))
    op.create_index("ix_videos_owner_work_sha256", "videos", ["owner", "work_sha256"])
    op.create_index("ix_videos_owner_status_created_us", "videos", ["owner", "status", "created_us"])


def downgrade() -> None:
    op.drop_index("ix_videos_owner_status_created_us", "videos")
    op.drop_index("ix_videos_owner_work_sha256", "videos")
    with op.batch_alter_table("videos") as videos:
        for column in ("final_key", "final_size_bytes", "work_sha256", "edited_us"):
            videos.drop_column(column)
