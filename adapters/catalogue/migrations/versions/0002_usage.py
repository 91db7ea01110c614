"""Index to count an owner's open tasks."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_videos_owner_status", "videos", ["owner", "status"])


def downgrade() -> None:
    op.drop_index("ix_videos_owner_status", "videos")
