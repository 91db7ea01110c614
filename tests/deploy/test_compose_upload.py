"""A long upload streams through the nginx of docker-compose.yml into the store, without temporary files."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

from adapters.object_store import S3ObjectStore, StoreSettings
from local.programs import answers
from tests.contract.store.servers import s3_server
from tests.deploy.compose_front import compose_front
from tests.deploy.compose_model import Service
from tests.servers.ports import free_port
from tests.servers.product_process import ROOT
from tests.unit.api.forms import BOUNDARY, HEADERS, part, video

MIB = 1024**2
# `make upload-5gb` sends 5 GB.
UPLOAD_BYTES = int(os.environ.get("UPLOAD_BYTES", 128 * MIB))
FORM_START = part("file", video(), "a.mp4")[:-2]
FORM_END = f"\r\n--{BOUNDARY}--\r\n".encode()


@contextmanager
def upload_server(store: StoreSettings, folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The API on a real store and database, with a fake Temporal; its address, and its process."""
    port = free_port()
    places = [str(port), store.endpoint, store.access_key, store.secret_key, str(folder / "c.db")]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.contract.http.upload_server", *places, str(UPLOAD_BYTES + MIB)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder / "temp")},
    )
    try:
        end_s = time.monotonic() + 120
        while not answers(f"http://127.0.0.1:{port}/health"):
            assert process.poll() is None
            assert time.monotonic() < end_s, "the API does not answer"
            time.sleep(0.1)
        yield f"127.0.0.1:{port}", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)


class Watch:
    """Sampler of the largest temporary files and the memory growth of processes while a block runs."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self._processes = processes
        self._done = threading.Event()
        self._start_bytes = self._memory()
        self.most_on_disk_bytes = 0
        self.growth_bytes = 0

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _memory(self) -> int:
        return sum(process.memory_info().rss for process in self._processes)

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.growth_bytes = max(self.growth_bytes, self._memory() - self._start_bytes)
            held_bytes = sum(unlinked_bytes(process.pid) for process in self._processes)
            self.most_on_disk_bytes = max(self.most_on_disk_bytes, held_bytes)


def unlinked_bytes(pid: int) -> int:
    """Bytes of a process's temporary files: nginx and Python unlink them at once."""
    total = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if entry.readlink().name.endswith(" (deleted)") and entry.is_file():
                total += entry.stat().st_size
        except FileNotFoundError:
            continue
    return total


def send(port: int, size_bytes: int) -> bytes:
    """Send one long form; returns the start of the answer."""
    length = len(FORM_START) + size_bytes + len(FORM_END)
    head = (
        "POST /video/upload HTTP/1.1\r\nHost: front\r\nConnection: close\r\n"
        f"Content-Type: {HEADERS['Content-Type']}\r\nContent-Length: {length}\r\n\r\n"
    )
    block = bytes(MIB)
    with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
        connection.sendall(head.encode() + FORM_START)
        for _ in range(size_bytes // MIB):
            connection.sendall(block)
        connection.sendall(FORM_END)
        return connection.recv(65536)


def test_a_long_upload_streams_through(services: dict[str, Service], tmp_path: Path) -> None:
    (tmp_path / "temp").mkdir()
    with (
        s3_server("versitygw", tmp_path) as server,
        upload_server(server, tmp_path) as (address, api),
        compose_front(services["nginx"], address, tmp_path / "front") as front,
    ):
        with Watch([api, *front.process.children()]) as watch:
            answer = send(front.port, UPLOAD_BYTES)

        [stored] = S3ObjectStore(replace(server, bucket="streams")).list_prefix("")

    assert answer.startswith(b"HTTP/1.1 202 ")
    assert stored.size_bytes == UPLOAD_BYTES + len(video())
    assert watch.most_on_disk_bytes < MIB
    assert list((tmp_path / "temp").iterdir()) == []
    assert watch.growth_bytes < 100 * MIB
