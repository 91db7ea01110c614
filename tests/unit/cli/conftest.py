"""Fixtures of the command line tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.fake_server import Server
from tests.unit.cli.shell import Shell


@pytest.fixture
def server() -> Iterator[Server]:
    yield from Server().run()


@pytest.fixture
def shell(server: Server) -> Shell:
    return Shell(server)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "holiday.mp4"
    path.write_bytes(b"video")
    return path
