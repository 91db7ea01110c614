from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.catalogue import Catalogue, CatalogueSettings, connect, upgrade


@pytest.fixture
def settings(tmp_path: Path) -> CatalogueSettings:
    return CatalogueSettings(f"sqlite:///{tmp_path}/state/catalogue.db")


@pytest.fixture
def catalogue(settings: CatalogueSettings) -> Iterator[Catalogue]:
    upgrade(settings)
    engine = connect(settings)
    yield Catalogue(engine)
    engine.dispose()
