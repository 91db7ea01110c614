"""With one service down the API answers from the others, or names the missing service."""

from __future__ import annotations

import asyncio
import select
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import psutil
import pytest

from adapters.catalogue import Catalogue, CatalogueSettings, NewVideo, connect
from adapters.object_store import S3ObjectStore
from adapters.settings import TemporalSettings, read_tasks
from adapters.temporal.client import connect as connect_temporal
from api.access.callers import OWNER
from api.http.clock import now_us
from api.tasks.launch import request_of
from api.tasks.temporal import TemporalTasks
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.state import TaskOutcome, TaskState, TaskStatus
from tests.contract.store.servers import s3_server
from tests.servers.product_process import product_environment, running_api
from tests.servers.temporal_server import temporal_server
from tests.unit.api.forms import video

RUNNING, COMPLETED = "task-" + "a" * 32, "task-" + "c" * 32
FILE = f"/video/{COMPLETED}/files/final.mp4"


@dataclass
class Product:
    """API with its services; closing a service's exit stack stops it."""

    url: str
    database_path: Path
    objects_path: Path
    temporal_port: str
    temporal: ExitStack
    store: ExitStack

    def ask(self, *calls: tuple[str, str]) -> list[tuple[int, str]]:
        """Makes all calls at once; returns status and error code of each. Uploads send a small video."""

        async def ask_all() -> list[httpx.Response]:
            async with httpx.AsyncClient(base_url=self.url, timeout=120) as client:
                return await asyncio.gather(
                    *(
                        client.request(
                            method,
                            path,
                            files={"file": ("a.mp4", video())} if path == "/video/upload" else None,
                        )
                        for method, path in calls
                    )
                )

        return [
            (answer.status_code, answer.json()["code"] if answer.status_code >= 400 else "")
            for answer in asyncio.run(ask_all())
        ]

    def status(self, task_id: str) -> tuple[str, str]:
        body = httpx.get(f"{self.url}/status/{task_id}", timeout=120).raise_for_status().json()
        assert body["age_seconds"] >= 0
        return body["status"], body["source"]


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with ExitStack() as temporal, ExitStack() as store_server, ExitStack() as rest:
        address = temporal.enter_context(temporal_server(tmp_path / "temporal.log"))
        server = store_server.enter_context(s3_server("versitygw", tmp_path))
        store_settings = replace(server, bucket="away")
        environment = product_environment(store_settings, address, tmp_path)
        unlimited = dict.fromkeys(("RATE_LIMIT", "UPLOAD_RATE_LIMIT"), "0")
        url = rest.enter_context(running_api({**environment, **unlimited}, tmp_path / "api.log"))
        database = CatalogueSettings(environment["DATABASE_URL"])
        _add_tasks(Catalogue(connect(database)), S3ObjectStore(store_settings), address, tmp_path)
        yield Product(
            url,
            tmp_path / "catalogue.db",
            tmp_path / "versitygw-objects",
            address.rpartition(":")[2],
            temporal,
            store_server,
        )


def _add_tasks(catalogue: Catalogue, store: S3ObjectStore, temporal: str, folder: Path) -> None:
    """Adds a task that waits for a worker, and one that Temporal does not know."""
    (folder / "final.mp4").write_bytes(video(5_000))
    with (folder / "final.mp4").open("rb") as content:
        final = store.put_stream(content, "videos/transcoded/c/final.mp4", "video/mp4")
    catalogue.add(NewVideo("c", COMPLETED, OWNER, "holiday.mp4", final, now_us()))
    outcome = TaskOutcome(final.key, "fr", 0.98, ("cat",), None, {"final.mp4": final.key})
    catalogue.record(RecordInput("c", TaskState(COMPLETED, TaskStatus.COMPLETED, now_us(), outcome=outcome)))
    source = Artifact("videos/original/a/source", "video/mp4", 1, "0" * 64)
    row = catalogue.add(NewVideo("a", RUNNING, OWNER, "clip.mp4", source, now_us()))

    async def start() -> None:
        client = await connect_temporal(TemporalSettings(temporal, "default", None))
        await TemporalTasks(client).start(request_of(row, read_tasks({})))

    asyncio.run(start())


@contextmanager
def locked(database_path: Path) -> Iterator[None]:
    """Holds a lock on the database in another process."""
    connection = sqlite3.connect(database_path, isolation_level=None, timeout=60)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


@contextmanager
def frozen(argument: str) -> Iterator[None]:
    """Freezes the server that was started with this argument: it accepts connections and never answers."""
    [server] = [child for child in psutil.Process().children() if argument in child.cmdline()]
    server.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.send_signal(signal.SIGCONT)


@contextmanager
def begun_download(url: str) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as connection:
        connection.sendall(f"GET {FILE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        yield connection


def test_while_the_database_is_locked_running_tasks_are_shown_and_cancelled(product: Product) -> None:
    with locked(product.database_path):
        assert product.status(RUNNING) == ("queued", "temporal")
        answers = product.ask(
            ("POST", f"/video/{RUNNING}/cancel"),
            ("GET", "/tasks"),
            ("GET", FILE),
            ("POST", "/video/upload"),
            ("GET", f"/status/{COMPLETED}"),
        )

    assert answers == [(202, ""), *[(503, "CatalogueUnavailable")] * 4]
    assert product.ask(("GET", "/tasks"), ("GET", FILE)) == [(200, ""), (200, "")]


def test_without_the_store_everything_but_file_content_is_served(product: Product) -> None:
    product.store.close()

    assert product.status(RUNNING) == ("queued", "temporal")
    assert product.status(COMPLETED) == ("completed", "catalogue")
    assert product.ask(("GET", "/tasks"), ("GET", FILE), ("POST", "/video/upload")) == [
        (200, ""),
        (503, "StoreUnavailable"),
        (503, "StoreUnavailable"),
    ]


def test_a_hanging_store_delays_no_request_without_file_content(product: Product) -> None:
    with frozen(str(product.objects_path)), ExitStack() as downloads:
        waiting = [downloads.enter_context(begun_download(product.url)) for _ in range(60)]

        assert product.status(COMPLETED) == ("completed", "catalogue")
        assert product.ask(("GET", "/tasks")) == [(200, "")]

        # Answered while all threads of the store were blocked, not after their time-outs.
        answered, _, _ = select.select(waiting, [], [], 0)
        assert answered == []


def test_without_temporal_the_catalogue_answers(product: Product) -> None:
    product.temporal.close()

    assert product.status(RUNNING) == ("queued", "catalogue")
    assert product.status(COMPLETED) == ("completed", "catalogue")
    assert product.ask(("GET", "/tasks"), ("GET", FILE), ("POST", f"/video/{RUNNING}/cancel")) == [
        (200, ""),
        (200, ""),
        (503, "WorkflowsUnavailable"),
    ]


def test_requests_do_not_wait_for_a_hanging_temporal(product: Product) -> None:
    with frozen(product.temporal_port):
        assert product.status(RUNNING) == ("queued", "catalogue")
        assert product.ask(("GET", "/tasks"), ("GET", FILE)) == [(200, ""), (200, "")]


def test_without_temporal_and_catalogue_the_error_names_the_missing_service(product: Product) -> None:
    product.temporal.close()

    with locked(product.database_path):
        assert product.ask(("GET", f"/status/{RUNNING}")) == [(503, "CatalogueUnavailable")]
