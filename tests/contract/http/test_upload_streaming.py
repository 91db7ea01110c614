"""Uploads over a real connection: constant memory, no file on disk, nothing left after a disconnect."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from adapters.object_store import S3ObjectStore
from tests.contract.store.servers import s3_server
from tests.servers.ports import free_port
from tests.unit.api.forms import BOUNDARY, HEADERS, form, part, video

MIB = 1024 * 1024
LIMIT_BYTES = 400 * MIB
FORM_START = part("file", video(), "a.mp4")[:-2]
FORM_END = f"\r\n--{BOUNDARY}--\r\n".encode()


@dataclass
class Server:
    url: str
    port: int
    process: psutil.Process
    store: S3ObjectStore
    temp_path: Path

    def leftovers(self) -> list[str]:
        return [
            *(found.key for found in self.store.list_prefix("")),
            *(upload.key for upload in self.store.unfinished("")),
            *(str(path) for path in self.temp_path.rglob("*")),
        ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    scratch = tmp_path_factory.mktemp("streaming")
    temp_path = scratch / "temp"
    temp_path.mkdir()
    with s3_server("versitygw", scratch) as settings:
        port = free_port()
        arguments = [str(port), settings.endpoint, settings.access_key, settings.secret_key]
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.contract.http.upload_server",
                *arguments,
                str(scratch / "c.db"),
                str(LIMIT_BYTES),
            ],
            cwd=Path(__file__).parents[3],
            env={**os.environ, "TMPDIR": str(temp_path)},
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_it_answers(url, process)
            store = S3ObjectStore(type(settings)(**{**vars(settings), "bucket": "streams"}))
            yield Server(url, port, psutil.Process(process.pid), store, temp_path)
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.fixture(autouse=True)
def nothing_before(server: Server) -> None:
    server.store.remove_prefix("")


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None
        with suppress(httpx.TransportError):
            httpx.get(f"{url}/health")
            return
        threading.Event().wait(0.1)
    raise AssertionError("the API did not start in a minute")


class HighestMemory:
    """Highest resident memory of a process while a block runs."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._done = threading.Event()
        self.start_bytes = self.highest_bytes = process.memory_info().rss

    def __enter__(self) -> HighestMemory:
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.highest_bytes = max(self.highest_bytes, self._process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def growth_bytes(self) -> int:
        return self.highest_bytes - self.start_bytes


async def long_form(size_bytes: int) -> AsyncIterator[bytes]:
    block = bytes(MIB)
    yield FORM_START
    for _ in range(size_bytes // MIB):
        yield block
    yield FORM_END


async def test_an_upload_of_300_mb_takes_little_memory_and_no_file(server: Server) -> None:
    with HighestMemory(server.process) as memory:
        async with httpx.AsyncClient(timeout=300) as client:
            answer = await client.post(
                f"{server.url}/video/upload", content=long_form(300 * MIB), headers=HEADERS
            )

    assert answer.status_code == 202
    [stored] = list(server.store.list_prefix(""))
    assert stored.size_bytes == 300 * MIB + 10_000
    assert memory.growth_bytes < 100 * MIB
    assert list(server.temp_path.rglob("*")) == []


async def test_a_sender_who_disconnects_leaves_nothing(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(_request_head(content_length=200 * MIB) + FORM_START)
    for _ in range(40):
        writer.write(bytes(MIB))
        await writer.drain()
    await _until(lambda: bool(server.store.unfinished("")))

    writer.transport.abort()
    await writer.wait_closed()

    await _until(lambda: server.leftovers() == [])
    assert reader.at_eof()


async def test_a_sender_who_is_refused_during_the_upload_receives_the_reason(server: Server) -> None:
    def send() -> bytes:
        """Sends everything before it reads the response, as plain clients do."""
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            playlist = part("file", b"#EXTM3U\n" + bytes(5_000), "a.mp4")[:-2]
            connection.sendall(_request_head(content_length=len(playlist) + 60 * MIB))
            connection.sendall(playlist)
            for _ in range(60):
                connection.sendall(bytes(MIB))
            return connection.recv(65536)

    answer = await asyncio.to_thread(send)

    assert answer.startswith(b"HTTP/1.1 415 ")
    assert server.leftovers() == []


async def test_a_body_over_the_limit_is_refused_and_removed(server: Server) -> None:
    async with httpx.AsyncClient(timeout=300) as client:
        answer = await client.post(
            f"{server.url}/video/upload", content=long_form(LIMIT_BYTES + MIB), headers=HEADERS
        )

    assert (answer.status_code, answer.json()["code"]) == (413, "SourceTooLarge")
    assert server.leftovers() == []


async def test_more_uploads_than_slots_are_all_stored(server: Server) -> None:
    async with httpx.AsyncClient(timeout=300) as client:
        answers = await asyncio.gather(
            *(
                client.post(
                    f"{server.url}/video/upload",
                    content=form(part("file", video(MIB), "a.mp4")),
                    headers=HEADERS,
                )
                for _ in range(40)
            )
        )

    assert {answer.status_code for answer in answers} == {202}
    assert len(list(server.store.list_prefix(""))) == 40


def _request_head(content_length: int) -> bytes:
    return (
        "POST /video/upload HTTP/1.1\r\nHost: api\r\n"
        f"Content-Type: {HEADERS['Content-Type']}\r\nContent-Length: {content_length}\r\n\r\n"
    ).encode()


async def _until(holds: object) -> None:
    assert callable(holds)
    for _ in range(600):
        if await asyncio.to_thread(holds):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the condition did not become true within 30 s")
