"""Catalogues on SQLite and PostgreSQL for the contract tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.catalogue import Catalogue, CatalogueSettings, connect, upgrade
from tests.contract.catalogue.postgres import Postgres, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path) -> CatalogueSettings:
    return CatalogueSettings(f"sqlite:///{tmp_path}/state/catalogue.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue(request: pytest.FixtureRequest, settings: CatalogueSettings) -> Iterator[Catalogue]:
    """Catalogue on each database: one specification for both."""
    chosen = settings
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        chosen = CatalogueSettings(server.new_database())
    upgrade(chosen)
    engine = connect(chosen)
    yield Catalogue(engine)
    engine.dispose()
