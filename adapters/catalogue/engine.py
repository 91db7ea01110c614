"""Database connections of the catalogue: lock waits, transactions, and translation of errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlmodel import create_engine

from adapters.catalogue.settings import CatalogueSettings
from domain.errors import CatalogueUnavailable, SettingInvalid

# Older versions can lose committed rows in WAL when two connections checkpoint at once.
_FIRST_SAFE_WAL = (3, 51, 3)


def sqlite_path(settings: CatalogueSettings) -> Path | None:
    """Path of the SQLite file, or None for a database server."""
    url = make_url(settings.url)
    if url.get_backend_name() != "sqlite":
        return None
    if url.database in (None, "", ":memory:"):
        raise ArgumentError("several processes share the catalogue, so SQLite needs a file")
    return Path(url.database)


def connect(settings: CatalogueSettings) -> Engine:
    """Makes an engine; opens no connection."""
    wait_s = settings.wait_ms / 1_000
    try:
        sqlite_path(settings)
        engine = create_engine(settings.url, pool_pre_ping=True, pool_timeout=wait_s)
    except (ArgumentError, ModuleNotFoundError) as error:
        raise SettingInvalid(f"The database's URL can't be used: {error}") from error
    if engine.dialect.name == "sqlite":
        _configure_sqlite(engine, settings.wait_ms)
    return engine


def write_locked(engine: Engine) -> Engine:
    """Engine on the same pool whose transactions take SQLite's write lock at their begin.

    A transaction that takes it later fails at once instead of waiting.
    """
    return engine.execution_options(writes=True)


def _configure_sqlite(engine: Engine, wait_ms: int) -> None:
    journal = "WAL" if sqlite3.sqlite_version_info >= _FIRST_SAFE_WAL else "DELETE"

    def on_connect(connection: Any, _record: object) -> None:
        # Disables sqlite3's own, late BEGIN; `on_begin` does it.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={wait_ms}")
        cursor.execute(f"PRAGMA journal_mode={journal}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def lock_owner(session: Session, owner: str) -> None:
    """Lock the owner's rows against other writers until the transaction ends. SQLite locks all anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(owner, 0))))


@contextmanager
def translated_errors(action: str) -> Iterator[None]:
    """Turn the database's exceptions into the product's; `action` names the operation in the message."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error)
        raise CatalogueUnavailable(f"The catalogue's database failed to {action}: {reason}") from error
