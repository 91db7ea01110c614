"""Load on the API and on Temporal with many known tasks: creates the tasks, runs the load client."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from temporalio.client import Client

from adapters.catalogue import Catalogue, NewVideo, read_catalogue
from adapters.catalogue import connect as connect_catalogue
from adapters.settings import read_tasks, read_temporal
from adapters.temporal.client import connect as connect_temporal
from api.access.callers import OWNER
from api.tasks.launch import request_of
from api.tasks.temporal import TemporalTasks
from bench.measure import RunFailed
from bench.workbench import Product
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.storage.keys import source_key
from domain.tasks.state import TaskState, TaskStatus
from local.settings import REPOSITORY_PATH

_WORKERS = ("worker_cpu", "worker_gpu")


@dataclass(frozen=True)
class Found:
    """Result of a load run: answers, latencies, and the CPU time of the called process meanwhile."""

    answers: int
    a_second: float
    median_ms: float
    p99_ms: float
    slowest_ms: float
    seconds: float
    cpu_s: float

    @property
    def raw(self) -> str:
        return (
            f"{self.answers} answers in {self.seconds:.0f} s, median {self.median_ms:.1f} ms, slowest "
            f"{self.slowest_ms:.0f} ms, {1000 * self.cpu_s / self.answers:.1f} CPU ms an answer"
        )


class KnownTasks:
    def __init__(self, product: Product) -> None:
        self._stack = product.stack
        self._queued: list[str] = []

    def queue(self, count: int) -> list[str]:
        """Create rows and tasks as the API does, for sources that don't exist; returns their ids."""
        made = asyncio.run(_queue(self._stack.environment, count))
        self._queued += made
        return made

    def add_ended(self, count: int) -> list[str]:
        """Create rows of completed tasks that Temporal no longer has; returns their ids."""
        catalogue = Catalogue(connect_catalogue(read_catalogue(self._stack.environment)))
        ids = []
        for _ in range(count):
            video = _new_video()
            state = TaskState(video.task_id, TaskStatus.COMPLETED, video.created_us + 1)
            catalogue.record(RecordInput(catalogue.add(video).id, state))
            ids.append(video.task_id)
        return ids

    def drop(self) -> None:
        asyncio.run(_drop(self._stack.settings.temporal_address, self._queued))

    def asked_api(self, seconds: int, lanes: int, paths: list[str]) -> Found:
        settings = self._stack.settings
        return self._asked("api", seconds, lanes, ["http", settings.host, str(settings.ports.api)], paths)

    def asked_temporal(self, seconds: int, lanes: int, ids: list[str]) -> Found:
        where = ["temporal", self._stack.settings.temporal_address]
        return self._asked("temporal", seconds, lanes, where, ids)

    def _asked(self, name: str, seconds: int, lanes: int, where: list[str], targets: list[str]) -> Found:
        pid = self._stack.pid(name)
        assert pid is not None
        process = psutil.Process(pid)
        before = process.cpu_times()
        done = subprocess.run(
            [sys.executable, "-m", "bench.interface.load_client", str(seconds), str(lanes), *where],
            cwd=REPOSITORY_PATH,
            input="\n".join(targets),
            text=True,
            capture_output=True,
            check=False,
            timeout=seconds + 300,
        )
        if done.returncode != 0:
            raise RunFailed(f"the load ended with {done.returncode}: {done.stderr[-2000:]}")
        used = process.cpu_times()
        found = json.loads(done.stdout)
        return Found(
            answers=found["answers"],
            a_second=found["a_second"],
            median_ms=1000 * found["median"],
            p99_ms=1000 * found["p99"],
            slowest_ms=1000 * found["slowest"],
            seconds=found["seconds"],
            cpu_s=used.user + used.system - before.user - before.system,
        )


@contextmanager
def known_tasks(product: Product) -> Iterator[KnownTasks]:
    """Stop the workers inside the block; afterwards terminate the queued tasks and start the workers."""
    tasks = KnownTasks(product)
    for name in _WORKERS:
        product.stack.stop(name)
    try:
        yield tasks
    finally:
        tasks.drop()
        for name in _WORKERS:
            product.stack.start(name)


def _new_video() -> NewVideo:
    video_id, task_id = uuid.uuid4().hex, f"task-{uuid.uuid4().hex}"
    source = Artifact(source_key(video_id), "video/mp4", 1, "0" * 64)
    return NewVideo(video_id, task_id, OWNER, "clip.mp4", source, time.time_ns() // 1000)


async def _queue(env: Mapping[str, str], count: int) -> list[str]:
    catalogue = Catalogue(connect_catalogue(read_catalogue(env)))
    tasks = TemporalTasks(await connect_temporal(read_temporal(env)))
    settings = read_tasks(env)
    ids = []
    for _ in range(count):
        row = catalogue.add(_new_video())
        await tasks.start(request_of(row, settings))
        ids.append(row.task_id)
    return ids


async def _drop(address: str, ids: list[str]) -> None:
    client = await Client.connect(address)
    for task_id in ids:
        await client.get_workflow_handle(task_id).terminate("the benchmark is over")
