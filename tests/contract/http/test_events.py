"""A task's events from a real API with a real Temporal: number of polls, shutdown, nginx."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client

from adapters.settings import TemporalSettings
from adapters.temporal.client import connect
from api.access.callers import OWNER
from api.tasks.temporal import TemporalTasks
from domain.messages.start import PipelineRequest
from domain.storage.artifact import Artifact
from domain.tasks.options import ProcessingOptions
from tests.contract.http.front import NGINX, nginx
from tests.contract.store.servers import s3_server
from tests.servers.event_reader import listening
from tests.servers.ports import free_port
from tests.servers.product_process import api_process, product_environment
from tests.servers.temporal_server import temporal_server

TASK, TASK_OF_STOP, TASK_OF_NGINX = (f"task-{letter * 32}" for letter in "abc")


@dataclass(frozen=True)
class Servers:
    temporal: str
    metrics_url: str
    environment: dict[str, str]

    async def start(self, task_id: str) -> Client:
        """Starts a task that waits for a worker; returns the client of Temporal."""
        client = await connect(TemporalSettings(self.temporal, "default", None))
        source = Artifact("videos/original/v/source", "video/mp4", 1, "0" * 64)
        await TemporalTasks(client).start(
            PipelineRequest(task_id, "v", OWNER, "a.mp4", source, ProcessingOptions(), 900, 60)
        )
        return client

    def polls(self) -> int:
        """Returns the number of DescribeWorkflow calls, from Temporal's own metrics."""
        text = httpx.get(self.metrics_url, timeout=60).text
        asked = [line for line in text.splitlines() if line.startswith("service_requests{")]
        named = [line for line in asked if "DescribeWorkflowExecution" in line and '"frontend"' in line]
        return sum(int(line.rpartition(" ")[2]) for line in named)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder, port = tmp_path_factory.mktemp("events"), free_port()
    with (
        temporal_server(folder / "temporal.log", ("--metrics-port", str(port))) as temporal,
        s3_server("versitygw", folder) as store,
    ):
        environment = product_environment(replace(store, bucket="events"), temporal, folder)
        limits = {"RATE_LIMIT": "0", "EVENT_LISTENERS_EACH": "100"}
        yield Servers(temporal, f"http://127.0.0.1:{port}/metrics", {**environment, **limits})


async def test_sixty_listeners_poll_temporal_as_often_as_one(servers: Servers, tmp_path: Path) -> None:
    temporal = await servers.start(TASK)
    with api_process(servers.environment, tmp_path / "api.log") as (url, _):
        before, begun_s = servers.polls(), time.monotonic()
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=120))
            listeners = [await stack.enter_async_context(listening(client, TASK)) for _ in range(60)]
            firsts = [await listener.next() for listener in listeners]
            # A few more polls without a change.
            await asyncio.sleep(3)
            await temporal.get_workflow_handle(TASK).terminate("the test is over")
            rests = [await listener.rest() for listener in listeners]
        took_s, asked = time.monotonic() - begun_s, servers.polls() - before

    assert [event.status["status"] for event in firsts if event] == ["queued"] * 60
    assert [[event.status["status"] for event in rest] for rest in rests] == [["cancelled"]] * 60
    # One poll at once, then one a second: 60 separate listeners would have polled at least 120 times.
    assert 2 <= asked <= took_s + 1


async def test_an_api_that_stops_ends_its_event_streams(servers: Servers, tmp_path: Path) -> None:
    await servers.start(TASK_OF_STOP)
    async with httpx.AsyncClient(timeout=120) as client:
        with api_process(servers.environment, tmp_path / "api.log") as (url, process):
            client.base_url = httpx.URL(url)
            async with listening(client, TASK_OF_STOP) as listener:
                first = await listener.next()
                process.terminate()
                # A connection that is reset instead of ended would raise.
                rest = await listener.rest()
            returncode = await asyncio.to_thread(process.wait, 120)

    assert first is not None
    assert (rest, returncode) == ([], -signal.SIGTERM)
    assert "graceful shutdown exceeded" not in (tmp_path / "api.log").read_text()


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed: `make test-tools` does it")
async def test_events_come_through_nginx_one_by_one(servers: Servers, tmp_path: Path) -> None:
    temporal = await servers.start(TASK_OF_NGINX)
    with (
        api_process(servers.environment, tmp_path / "api.log") as (url, _),
        nginx(url, tmp_path / "nginx") as front,
    ):
        async with (
            httpx.AsyncClient(base_url=front, timeout=120) as client,
            listening(client, TASK_OF_NGINX) as listener,
        ):
            first = await listener.next()
            await temporal.get_workflow_handle(TASK_OF_NGINX).terminate("the test is over")
            rest = await listener.rest()

    assert first is not None
    assert [event.status["status"] for event in (first, *rest)] == ["queued", "cancelled"]
