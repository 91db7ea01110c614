"""Processes of a trial: starts them, waits for their readiness, and ends each by its id."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from local.faults import StartFailed

_PR_SET_PDEATHSIG = 1
_STOP_WITHIN_S = 20
_COMMAND_S = 20
_TAIL_LINES = 8


class Processes:
    """Processes of one trial; they end with the context, in reverse order."""

    def __init__(self, log_path: Path) -> None:
        self._log_path = log_path
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._libc = ctypes.CDLL(None)

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in reversed(list(self._running)):
            self.stop(name)

    def start(
        self,
        name: str,
        argv: Sequence[str],
        ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
        within_s: int = 240,
    ) -> None:
        """Start a process and wait until it is ready; `StartFailed` holds the end of its log."""
        with (self._log_path / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                argv,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C must reach only the trial, which then ends its processes in order.
                start_new_session=True,
                preexec_fn=self._end_with_parent,  # noqa: PLW1509 - it takes no lock
            )
        self._running[name] = process
        deadline_s = time.monotonic() + within_s
        while not ready():
            self.require_running()
            if time.monotonic() > deadline_s:
                raise StartFailed(f"{name} was not ready after {within_s} s. {self.tail(name)}")
            time.sleep(0.3)

    def require_running(self) -> None:
        """Raise `StartFailed` when a process has ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise StartFailed(f"{name} ended with code {process.returncode}. {self.tail(name)}")

    @staticmethod
    def succeeds(argv: Sequence[str]) -> bool:
        """True when a short command exits with 0."""
        try:
            done = subprocess.run(
                argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=_COMMAND_S, check=False
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def stop(self, name: str) -> None:
        process = self._running.pop(name)
        process.terminate()
        try:
            process.wait(timeout=_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def tail(self, name: str) -> str:
        lines = (self._log_path / f"{name}.log").read_text(errors="replace").splitlines()
        return "The end of its log:\n  " + "\n  ".join(lines[-_TAIL_LINES:])

    def _end_with_parent(self) -> None:
        """Let the kernel kill the process when the trial is killed."""
        self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
