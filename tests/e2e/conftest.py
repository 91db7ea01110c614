"""Fixtures with the whole product as processes: Temporal, S3, API, workers, demo models, with traces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.ports import free_ports
from local.settings import Ports, StackSettings
from local.stack import Stack
from tests.e2e.otlp_receiver import OtlpReceiver, otlp_receiver
from tests.e2e.product import Product

CLIPS = Path(__file__).parents[2] / "models" / "demo" / "clip"


@pytest.fixture(scope="session")
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, receiver: OtlpReceiver) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    settings = StackSettings(
        folder,
        Ports(*free_ports("127.0.0.1", 6)),
        environment={"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint},
    )
    with Stack(settings) as running:
        yield running


@pytest.fixture(scope="session")
def product(stack: Stack) -> Iterator[Product]:
    with Product(stack) as product:
        yield product
