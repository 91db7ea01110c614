"""Runner of media tools: confined, with progress and stall detection, killed when its attempt ends."""

from __future__ import annotations

import signal
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adapters.ffmpeg.run.child import Child
from adapters.ffmpeg.run.faults import classify, disk_full
from adapters.ffmpeg.run.report import RunReport, RunStats
from adapters.ffmpeg.settings import RunLimits
from domain.attempts.progress import ProgressReporter
from domain.errors import MediaToolStalled, SourceUnreadable

_POLL_S = 0.1
_CPU_EVERY_S = 1.0
# The kernel counts ticks where it judges the limit, and so may kill a little before the exact time.
_CPU_LIMIT_SHARE = 0.75
_CAPTURE_LIMIT_BYTES = 8 * 1024**2


class OutputReader(Protocol):
    """Parser of the side channel's lines."""

    @property
    def position_us(self) -> int:
        """Position in the media up to which the process has worked."""

    @property
    def frames(self) -> int:
        """Number of frames processed."""

    def read_line(self, line: str) -> None: ...


class ProgressLines:
    """Parser of the output of `-progress`: `key=value` lines in blocks."""

    def __init__(self) -> None:
        self.position_us = 0
        self.frames = 0

    def read_line(self, line: str) -> None:
        key, _, value = line.partition("=")
        # Before the first packet the values are `N/A`, and times may start below zero.
        if value.strip().isdecimal():
            if key == "out_time_us":
                self.position_us = max(self.position_us, int(value))
            elif key == "frame":
                self.frames = max(self.frames, int(value))


@dataclass(frozen=True)
class Job:
    """Command with its scratch folder and limits.

    `duration_us` is the media's running time, 0 when unknown. `growing_path` is the output file, whose
    growth counts as activity; without one, the command may write no file at all.
    `reads_source` is true if an untrusted file is among the inputs.
    """

    argv: tuple[str, ...]
    scratch_path: Path
    duration_us: int = 0
    growing_path: Path | None = None
    reads_source: bool = True


class Runner:
    """Runner of one child process per call; safe for many threads.

    The thread that starts a child must outlive it: the kernel kills the child when that thread ends.
    """

    def __init__(self, limits: RunLimits) -> None:
        self._limits = limits

    def for_reading(self, cpu_limit_s: int) -> Runner:
        """Runner with the lower limits of runs that decode almost nothing."""
        return Runner(self._limits.for_reading(cpu_limit_s))

    def run(self, job: Job, progress: ProgressReporter) -> tuple[RunStats, bytes]:
        """Run to the end and return stdout, which must be small."""
        collected = bytearray()
        with closing(self.stream(job, progress, ProgressLines())) as steps:
            while True:
                try:
                    collected += next(steps)
                except StopIteration as end:
                    stats: RunStats = end.value
                    return stats, bytes(collected)
                if len(collected) > _CAPTURE_LIMIT_BYTES:
                    raise SourceUnreadable("The file's description is longer than that of any real video.")

    def make(
        self,
        argv: tuple[str, ...],
        target_path: Path,
        duration_us: int,
        progress: ProgressReporter,
        *,
        reads_source: bool = True,
    ) -> None:
        """Run a command that writes `target_path`, in that file's folder."""
        job = Job(argv, target_path.parent, duration_us, growing_path=target_path, reads_source=reads_source)
        self.run(job, progress)

    def stream(
        self, job: Job, progress: ProgressReporter, side: OutputReader
    ) -> Generator[bytes, None, RunStats]:
        """Yield stdout as it comes. Closing the generator kills the child."""
        with RunReport(job.argv[0]) as report:
            report.stats = yield from self._stream(job, progress, side)
            return report.stats

    def _stream(
        self, job: Job, progress: ProgressReporter, side: OutputReader
    ) -> Generator[bytes, None, RunStats]:
        cpu_limit_s = self._limits.cpu_limit_s(job.duration_us)
        started_s = time.monotonic()
        writes = job.growing_path is not None
        with Child(job.argv, job.scratch_path, self._limits, cpu_limit_s, writes=writes) as child:
            stall = _StallDetector(child, job, side, self._limits.stall_limit_s)
            while not child.ended:
                output, lines = child.pump(_POLL_S)
                for line in lines:
                    side.read_line(line)
                progress.check()
                stall.check(progress, moved=bool(output))
                if output:
                    yield output
                    # The consumer's time does not count as a stall.
                    stall.reset()
        if child.exit_code != 0:
            raise classify(
                child.exit_code,
                child.error_lines,
                cpu_limit_reached=child.exit_code == -signal.SIGKILL
                and child.cpu_s >= _CPU_LIMIT_SHARE * cpu_limit_s,
                reads_source=job.reads_source,
            )
        if full := disk_full(child.error_lines):
            raise full
        return RunStats(
            wall_s=time.monotonic() - started_s,
            cpu_s=child.cpu_s,
            frames=side.frames,
            position_us=side.position_us,
            error_lines=tuple(child.error_lines),
        )


class _StallDetector:
    """Detector of progress, mere activity (processor time, bytes written) and stalls."""

    def __init__(self, child: Child, job: Job, side: OutputReader, stall_limit_s: float) -> None:
        self._child = child
        self._job = job
        self._side = side
        self._stall_limit_s = stall_limit_s
        self._position = (0, 0)
        self._effort: tuple[float, int] = (0.0, 0)
        self.reset()

    def reset(self) -> None:
        """Restart the stall timer."""
        self._moved_s = time.monotonic()
        self._effort_read_s = self._moved_s

    def check(self, progress: ProgressReporter, *, moved: bool) -> None:
        now_s = time.monotonic()
        position = (self._side.position_us, self._side.frames)
        if position != self._position:
            self._position = position
            self._moved_s = now_s
            if self._job.duration_us:
                progress.advance(min(1.0, position[0] / self._job.duration_us))
            else:
                progress.working()
        elif moved:
            self._moved_s = now_s
            progress.working()
        elif now_s - self._effort_read_s >= _CPU_EVERY_S:
            self._effort_read_s = now_s
            effort = (self._child.live_cpu_s(), self._written_bytes())
            if effort != self._effort:
                self._effort = effort
                self._moved_s = now_s
                progress.working()
        if now_s - self._moved_s > self._stall_limit_s:
            raise MediaToolStalled(
                f"FFmpeg has made no progress and used no processor time for {self._stall_limit_s:g} s."
            )

    def _written_bytes(self) -> int:
        path = self._job.growing_path
        try:
            return path.stat().st_size if path else 0
        except FileNotFoundError:
            return 0
