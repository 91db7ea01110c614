"""The whole product as processes on this machine: Temporal, S3, API, workers, demo models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.ports import free_ports
from local.settings import Ports, StackSettings
from local.stack import Stack
from tests.e2e.product import Product

CLIPS = Path(__file__).parents[2] / "models" / "demo" / "clip"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    with Stack(StackSettings(folder, Ports(*free_ports("127.0.0.1", 6)))) as running:
        yield running


@pytest.fixture(scope="session")
def product(stack: Stack) -> Iterator[Product]:
    with Product(stack) as product:
        yield product
