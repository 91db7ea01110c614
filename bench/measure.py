"""Measuring of processes: wall time, CPU time with children, and memory."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import psutil

from local.faults import LocalFault
from local.settings import REPOSITORY_PATH

First = TypeVar("First")
Second = TypeVar("Second")

_POLL_EVERY_S = 0.02
_SAMPLE_EVERY_S = 0.02


class RunFailed(LocalFault):
    """A measured command failed, so there is nothing to compare."""


@dataclass(frozen=True)
class Usage:
    """Time used by a process and all of its children, and its output."""

    wall_s: float
    cpu_s: float
    output: str


def run_measured(
    argv: Sequence[str | Path], env: Mapping[str, str] | None = None, limit_s: float = 900.0
) -> Usage:
    """Run a command to its end. Raises `RunFailed` when it fails or takes longer than `limit_s`."""
    command = [str(part) for part in argv]
    with tempfile.TemporaryFile() as output:
        started_s = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY_PATH,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status, cpu_s = _awaited(process.pid, started_s + limit_s)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        wall_s = time.monotonic() - started_s
        # `wait4` has reaped it, which `Popen` can't know.
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode != 0:
        raise RunFailed(f"{Path(command[0]).name} ended with {process.returncode}: {text[-2000:]}")
    return Usage(wall_s, cpu_s, text)


def _awaited(pid: int, deadline_s: float) -> tuple[int, float]:
    """Exit status and CPU time of the process, with those of the children that it has waited for."""
    while True:
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            return status, used.ru_utime + used.ru_stime
        if time.monotonic() > deadline_s:
            raise RunFailed(f"process {pid} was not done in time")
        time.sleep(_POLL_EVERY_S)


def alternated(
    pairs: int, first: Callable[[], First], second: Callable[[], Second]
) -> tuple[list[First], list[Second]]:
    """Run both alternately, so that other load on the machine affects both alike."""
    firsts: list[First] = []
    seconds: list[Second] = []
    for _ in range(pairs):
        firsts.append(first())
        seconds.append(second())
    return firsts, seconds


def used_cpu_s(pid: int) -> float:
    """CPU time so far of a process and of the children that it has waited for."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


class HighWater:
    """Sampler of the highest value that `read` returns while a block runs."""

    def __init__(self, read: Callable[[], int]) -> None:
        self._read = read
        self._done = threading.Event()
        self.first = self.highest = read()

    def __enter__(self) -> HighWater:
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_SAMPLE_EVERY_S):
            self.highest = max(self.highest, self._read())

    @property
    def growth(self) -> int:
        return self.highest - self.first


def machine_line() -> str:
    """Description of the machine."""
    cores = len(os.sched_getaffinity(0))
    memory_gib = psutil.virtual_memory().total / 1024**3
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{cores} cores ({_processor()}), {memory_gib:.0f} GiB of memory, {system}."


def load_line() -> str:
    """Load average of the machine at the start."""
    return f"Load average when the run began: {os.getloadavg()[0]:.1f}."


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return "unknown processor"
