"""One installation for all tests that only read it."""

from __future__ import annotations

import pytest

from tests.deploy.compose_model import Installation, Service, installation


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return installation(tmp_path_factory.mktemp("installation"))


@pytest.fixture(scope="session")
def services(product: Installation) -> dict[str, Service]:
    return product.services()
