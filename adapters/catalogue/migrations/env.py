"""Runs the migrations on the connection that `upgrade` holds, inside its transaction."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import adapters.catalogue.api_key_model
import adapters.catalogue.models  # noqa: F401 - fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    # SQLite can't alter a column in place; later migrations copy the table instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
