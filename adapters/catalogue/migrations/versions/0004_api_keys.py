"""Table of API keys; a video's plan and webhook address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("secret_sha256", sa.String(), nullable=False, unique=True),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("last_used_us", sa.BigInteger(), nullable=True),
        sa.Column("revoked_us", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_api_keys_owner_created_us", "api_keys", ["owner", "created_us"])
    op.add_column("videos", sa.Column("plan", sa.String(), nullable=False, server_default="standard"))
    op.add_column("videos", sa.Column("webhook_url", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("videos", "webhook_url")
    op.drop_column("videos", "plan")
    op.drop_index("ix_api_keys_owner_created_us", "api_keys")
    op.drop_table("api_keys")
