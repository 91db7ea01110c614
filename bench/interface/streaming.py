"""Streaming throughput and memory growth of the API ÷ Starlette's FileResponse from a disk."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from adapters.catalogue import Catalogue, CatalogueSettings, NewVideo, connect
from adapters.object_store import S3ObjectStore, StoreSettings
from api.access.callers import OWNER
from bench.measure import HighWater, RunFailed, used_cpu_s
from bench.report import Row, ratio
from bench.workbench import Workbench
from domain.messages.stages import RecordInput
from domain.tasks.state import TaskOutcome, TaskState, TaskStatus
from local.ports import free_ports
from local.programs import answers
from local.settings import REPOSITORY_PATH

_MIB = 1024 * 1024
_GOAL_BYTES = 32 * _MIB
_ROUNDS = 3


def measure(bench: Workbench) -> list[Row]:
    size_bytes = (128 if bench.quick else 1024) * _MIB
    product = bench.product
    film_path = bench.folder / "film.mp4"
    film_path.write_bytes(bytes(size_bytes))
    video_id = _store_film(product.stack.environment, film_path)
    pid = product.stack.pid("api")
    assert pid is not None
    ours = _Reading(f"{product.stack.settings.api_url}/api/stream/{video_id}", psutil.Process(pid))
    with _file_server(film_path) as (url, process):
        theirs = _Reading(url, psutil.Process(process.pid))
        for _ in range(_ROUNDS):
            ours.read(size_bytes)
            theirs.read(size_bytes)
    film_path.unlink()
    return [
        Row(
            "streaming: throughput of the API from the store ÷ FileResponse from the disk",
            ratio(theirs.best_s, ours.best_s),
            f"{size_bytes // _MIB} MiB, best of {_ROUNDS}: {ours.summary(size_bytes)}; FileResponse "
            f"{theirs.summary(size_bytes)}",
        ),
        Row(
            "streaming: growth of the API's memory",
            f"{ours.growth / _MIB:.1f} MiB",
            f"FileResponse {theirs.growth / _MIB:.1f} MiB",
            f"≤ {_GOAL_BYTES // _MIB} MiB",
            ours.growth <= _GOAL_BYTES,
        ),
    ]


class _Reading:
    def __init__(self, url: str, server: psutil.Process) -> None:
        self._url, self._server = url, server
        self.best_s, self.cpu_s, self.growth = float("inf"), 0.0, 0

    def read(self, size_bytes: int) -> None:
        cpu_s, started_s = used_cpu_s(self._server.pid), time.monotonic()
        received = 0
        with (
            HighWater(lambda: self._server.memory_info().rss) as memory,
            httpx.stream("GET", self._url, timeout=120) as answer,
        ):
            for chunk in answer.iter_raw():
                received += len(chunk)
        if received != size_bytes:
            raise RunFailed(f"{self._url} gave {received} of {size_bytes} bytes")
        took_s = time.monotonic() - started_s
        if took_s < self.best_s:
            self.best_s, self.cpu_s = took_s, used_cpu_s(self._server.pid) - cpu_s
        self.growth = max(self.growth, memory.growth)

    def summary(self, size_bytes: int) -> str:
        return f"{size_bytes / _MIB / self.best_s:.0f} MiB/s with {self.cpu_s:.2f} CPU s of the server"


def _store_film(env: Mapping[str, str], film_path: Path) -> str:
    store = S3ObjectStore(
        StoreSettings(env["S3_ENDPOINT"], env["S3_ACCESS_KEY"], env["S3_SECRET_KEY"], env["S3_BUCKET"])
    )
    with film_path.open("rb") as film:
        final = store.put_stream(film, "videos/transcoded/film/t/final.mp4", "video/mp4")
    engine = connect(CatalogueSettings(env["DATABASE_URL"]))
    now_us = time.time_ns() // 1000
    catalogue = Catalogue(engine)
    catalogue.add(NewVideo("film", "task-film", OWNER, "film.mp4", final, now_us))
    outcome = TaskOutcome(final.key, files={"final.mp4": final.key})
    state = TaskState("task-film", TaskStatus.COMPLETED, now_us + 1, outcome=outcome)
    catalogue.record(RecordInput("film", state, final=final))
    engine.dispose()
    return "film"


@contextmanager
def _file_server(film_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    [port] = free_ports("127.0.0.1", 1)
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.interface.file_server", str(film_path), str(port)], cwd=REPOSITORY_PATH
    )
    try:
        url = f"http://127.0.0.1:{port}/"
        deadline_s = time.monotonic() + 60
        while not answers(url):
            if process.poll() is not None or time.monotonic() > deadline_s:
                raise RunFailed("the server to compare with does not answer")
            time.sleep(0.1)
        yield url, process
    finally:
        process.terminate()
        process.wait()
