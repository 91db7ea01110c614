"""CPU workers pinned to one core each, beside a running product."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from bench.measure import RunFailed, used_cpu_s
from bench.workbench import Product
from local.programs import polls
from local.settings import REPOSITORY_PATH
from local.tools import Toolbox
from workflows.policies import CPU_QUEUE

_POLL_EVERY_S = 0.2
_STARTED_WITHIN_S = 120.0


class PinnedWorker:
    """A CPU worker pinned to one core; it encodes one chunk at a time."""

    def __init__(self, product: Product, core: int) -> None:
        settings = {"WORKER_CONCURRENCY": "1", "WORKER_METRICS_PORT": ""}
        self._process = subprocess.Popen(
            ["taskset", "--cpu-list", str(core), sys.executable, "-m", "worker_cpu.main"],
            cwd=REPOSITORY_PATH,
            env={**os.environ, **product.stack.environment, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def cpu_s(self) -> float:
        """CPU seconds of the worker and its media processes, finished and running."""
        live = psutil.Process(self._process.pid).children(recursive=True)
        return used_cpu_s(self._process.pid) + sum(sum(child.cpu_times()[:2]) for child in live)

    def is_ready(self, product: Product) -> bool:
        """True when the worker polls its queue."""
        return polls(product.stack.settings, Toolbox().servers(), CPU_QUEUE, self._process.pid)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


@contextmanager
def pinned_workers(product: Product, cores: list[int]) -> Iterator[list[PinnedWorker]]:
    workers = [PinnedWorker(product, core) for core in cores]
    try:
        deadline_s = time.monotonic() + _STARTED_WITHIN_S
        while not all(worker.is_ready(product) for worker in workers):
            if time.monotonic() > deadline_s:
                raise RunFailed("the pinned workers did not start")
            time.sleep(_POLL_EVERY_S)
        yield workers
    finally:
        for worker in workers:
            worker.stop()
