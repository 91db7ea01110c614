"""A real Temporal server for the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from tests.servers.temporal_server import temporal_server
from tests.workflows.rig import Rig
from tests.workflows.script import Script


@pytest.fixture(scope="session")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    with temporal_server(tmp_path_factory.mktemp("temporal") / "server.log") as address:
        yield await Client.connect(address)


@pytest.fixture
async def rig(client: Client) -> AsyncIterator[Rig]:
    rig = Rig(client, Script())
    yield rig
    await rig.end()
