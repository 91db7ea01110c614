"""Migration of the catalogue's tables, run once even when many processes start at the same time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Engine, text

from adapters.catalogue.engine import connect, sqlite_path, translated_errors, write_locked
from adapters.catalogue.settings import CatalogueSettings
from domain.errors import SettingInvalid

MIGRATIONS_PATH = Path(__file__).parent / "migrations"
# Arbitrary number that names PostgreSQL's advisory lock.
_LOCK = 7_316_221_904
# A process that starts while another one migrates waits for it.
_WAIT_MS = 60_000


def upgrade(settings: CatalogueSettings, revision: str = "head") -> None:
    """Apply missing migrations; creates a missing database file and its folder.

    The whole upgrade is one transaction under the database's write lock, so a second process waits and
    then finds nothing to do, and a failure changes nothing.
    """
    engine = connect(CatalogueSettings(settings.url, wait_ms=_WAIT_MS))
    path = sqlite_path(settings)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with translated_errors("migrate its tables"):
            _upgrade(engine, revision)
    except CommandError as error:
        raise SettingInvalid(
            f"The database was migrated by another version of the product; run that version: {error}"
        ) from error
    finally:
        engine.dispose()


def _upgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_PATH).replace("%", "%%"))
    with write_locked(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
