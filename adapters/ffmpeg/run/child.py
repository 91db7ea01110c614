"""Child process of a media tool: starts it, reads its output without blocking, kills its process group."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from adapters.ffmpeg.sandbox.confinement import bare_environment, confine
from adapters.ffmpeg.settings import RunLimits

# Placeholder in a command for the pipe to which ffmpeg writes its progress.
SIDE_CHANNEL = "pipe:SIDE"

_READ_BYTES = 1024**2
_LAST_LINES = 40
_LINE_BYTES = 1000
_REAP_LIMIT_S = 5.0


class Lines:
    """Splitter of bytes into lines of limited length, so that an endless line can't fill the memory."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[str]:
        *whole, rest = (self._rest + piece).replace(b"\r", b"\n").split(b"\n")
        self._rest = rest[:_LINE_BYTES]
        return [line[:_LINE_BYTES].decode("utf-8", "replace") for line in whole]


class Child:
    """Process in a group of its own. Leaving the `with` block kills the group and reaps it.

    The signal is SIGKILL at once: some inputs make ffmpeg ignore SIGTERM, and its output is only a
    scratch file.
    """

    def __init__(
        self, argv: Sequence[str], scratch_path: Path, limits: RunLimits, cpu_limit_s: int, *, writes: bool
    ) -> None:
        self.error_lines: deque[str] = deque(maxlen=_LAST_LINES)
        self.cpu_s = 0.0
        self._status: int | None = None
        self._side_lines = Lines()
        self._error_text = Lines()
        self._selector = selectors.DefaultSelector()
        self._side_read, side_write = os.pipe()
        try:
            command = [f"pipe:{side_write}" if word == SIDE_CHANNEL else word for word in argv]
            self._process = subprocess.Popen(
                confine(command, scratch_path, limits, cpu_limit_s, writes=writes),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=scratch_path,
                env=bare_environment(scratch_path),
                pass_fds=(side_write,),
                start_new_session=True,
            )
        except BaseException:
            os.close(self._side_read)
            self._selector.close()
            raise
        finally:
            os.close(side_write)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._output_fd = self._process.stdout.fileno()
        for descriptor in (self._output_fd, self._process.stderr.fileno(), self._side_read):
            self._selector.register(descriptor, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._end()
        finally:
            self._selector.close()
            os.close(self._side_read)
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()

    @property
    def ended(self) -> bool:
        """True when every pipe is read to its end and the process is reaped."""
        return not self._selector.get_map() and self._reap()

    @property
    def exit_code(self) -> int:
        """Exit code; a negative one is the signal that ended the process."""
        assert self._status is not None
        return self._status

    def pump(self, wait_s: float) -> tuple[bytes, list[str]]:
        """Reads for at most `wait_s`; returns bytes of stdout and lines of the side channel."""
        output = b""
        side: list[str] = []
        if not self._selector.get_map():
            time.sleep(min(wait_s, 0.01))
        for key, _ in self._selector.select(wait_s):
            piece = os.read(key.fd, _READ_BYTES)
            if not piece:
                self._selector.unregister(key.fd)
            elif key.fd == self._output_fd:
                output += piece
            elif key.fd == self._side_read:
                side += self._side_lines.feed(piece)
            else:
                self.error_lines.extend(self._error_text.feed(piece))
        return output, side

    def live_cpu_s(self) -> float:
        """Processor time of the process and its children so far."""
        try:
            process = psutil.Process(self._process.pid)
            family = [process, *process.children(recursive=True)]
            return sum(sum(member.cpu_times()[:2]) for member in family)
        except psutil.NoSuchProcess:
            return self.cpu_s

    def _reap(self) -> bool:
        if self._status is None:
            # Not Popen.poll: wait4 also returns the total processor time.
            pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            if pid:
                self._status = self._process.returncode = os.waitstatus_to_exitcode(status)
                self.cpu_s = usage.ru_utime + usage.ru_stime
        return self._status is not None

    def _end(self) -> None:
        if self._reap():
            return
        # Not reaped yet, so the group's number can't have been reused.
        os.killpg(self._process.pid, signal.SIGKILL)
        deadline_s = time.monotonic() + _REAP_LIMIT_S
        while not self._reap() and time.monotonic() < deadline_s:
            time.sleep(0.01)
