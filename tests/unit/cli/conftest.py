from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.cli.fake_server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    yield from Server().run()
