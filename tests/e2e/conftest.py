"""Fixtures with the whole product as processes: Temporal, S3, API, workers, demo models, with traces."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.settings import Ports, StackSettings
from local.stack import Stack
from tests.e2e.otlp_receiver import OtlpReceiver, otlp_receiver
from tests.e2e.product import Product
from tests.servers.ports import free_ports

CLIPS = Path(__file__).parents[2] / "models" / "demo" / "clip"


@pytest.fixture(scope="session")
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, receiver: OtlpReceiver) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    # A copy, because a test takes a model away while other test processes use those of the repository.
    models_path = folder / "models"
    shutil.copytree(CLIPS.parent, models_path / "demo", ignore=shutil.ignore_patterns("clip"))
    settings = StackSettings(
        folder,
        Ports(*free_ports(6)),
        environment={
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint,
            "MODELS_DIR": str(models_path),
        },
    )
    with Stack(settings) as running:
        yield running


@pytest.fixture(scope="session")
def product(stack: Stack) -> Iterator[Product]:
    with Product(stack) as product:
        yield product
