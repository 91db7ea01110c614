"""View count of each video, with an index for the most watched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("videos") as videos:
        videos.add_column(sa.Column("views", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_videos_views", "videos", ["views"])


def downgrade() -> None:
    op.drop_index("ix_videos_views", "videos")
    with op.batch_alter_table("videos") as videos:
        videos.drop_column("views")
