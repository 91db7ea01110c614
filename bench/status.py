"""How many status calls a second the API answers with 200 tasks known, and how long the slowest take."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from typing import Any

import psutil
from temporalio.client import Client

from adapters.catalogue import Catalogue, NewVideo, read_catalogue
from adapters.catalogue import connect as connect_catalogue
from adapters.settings import read_tasks, read_temporal
from adapters.temporal_client import connect as connect_temporal
from api.callers import OWNER
from api.starting import request_of
from api.temporal_tasks import TemporalTasks
from bench.clips import CLIPS
from bench.report import Row
from bench.workbench import Workbench
from domain.keys import source_key
from domain.messages import Artifact
from local.settings import REPOSITORY_PATH, StackSettings

_TASKS = 200
_COMPLETED = 10
_CONNECTIONS = (1, 16)
_WORKERS = ("worker_cpu", "worker_gpu")


def measure(bench: Workbench) -> list[Row]:
    product = bench.product
    stack = product.stack
    completed = [product.upload(CLIPS[1]) for _ in range(_COMPLETED)]
    for task_id in completed:
        product.completed(task_id)
    for name in _WORKERS:
        stack.stop(name)
    queued = asyncio.run(_queue(stack.environment, _TASKS - _COMPLETED))
    try:
        ids = completed + queued
        _asked(stack.settings, 2, 4, ids)
        seconds = 5 if bench.quick else 15
        pid = stack.pid("api")
        assert pid is not None
        return [
            _row(stack.settings, seconds, connections, ids, psutil.Process(pid))
            for connections in _CONNECTIONS
        ]
    finally:
        asyncio.run(_drop(stack.settings.temporal_address, queued))
        for name in _WORKERS:
            stack.start(name)


def _row(settings: StackSettings, seconds: int, connections: int, ids: list[str], api: psutil.Process) -> Row:
    before = api.cpu_times()
    found = _asked(settings, seconds, connections, ids)
    used = api.cpu_times()
    cpu_s = used.user + used.system - before.user - before.system
    clients = "1 client" if connections == 1 else f"{connections} clients at once"
    return Row(
        f"status: calls a second, {len(ids)} tasks known, {clients}",
        f"{found['a_second']:.0f}/s; 99 % within {1000 * found['p99']:.0f} ms",
        f"{found['answers']} answers in {seconds} s, median {1000 * found['median']:.1f} ms, slowest "
        f"{1000 * found['slowest']:.0f} ms, API {1000 * cpu_s / found['answers']:.1f} CPU ms an answer; "
        f"{_COMPLETED} tasks are completed, {len(ids) - _COMPLETED} wait for a worker; "
        "client and Temporal share the cores",
    )


def _asked(settings: StackSettings, seconds: int, connections: int, ids: list[str]) -> dict[str, Any]:
    begun_s = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench.status_client"),
            *(settings.host, str(settings.ports.api), str(seconds), str(connections)),
        ],
        cwd=REPOSITORY_PATH,
        input="\n".join(ids),
        text=True,
        capture_output=True,
        check=True,
        timeout=seconds + 60,
    )
    assert time.monotonic() - begun_s >= seconds
    return dict(json.loads(done.stdout))


async def _queue(env: Mapping[str, str], count: int) -> list[str]:
    """Rows and tasks as the API makes them, for sources that nobody will read: no worker runs."""
    catalogue = Catalogue(connect_catalogue(read_catalogue(env)))
    tasks = TemporalTasks(await connect_temporal(read_temporal(env)))
    settings = read_tasks(env)
    ids = []
    for _ in range(count):
        video_id, task_id = uuid.uuid4().hex, f"task-{uuid.uuid4().hex}"
        source = Artifact(source_key(video_id), "video/mp4", 1, "0" * 64)
        video = NewVideo(video_id, task_id, OWNER, "clip.mp4", source, time.time_ns() // 1000)
        await tasks.start(request_of(catalogue.add(video), settings))
        ids.append(task_id)
    return ids


async def _drop(address: str, ids: list[str]) -> None:
    client = await Client.connect(address)
    for task_id in ids:
        await client.get_workflow_handle(task_id).terminate("the benchmark is over")
