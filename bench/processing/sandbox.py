"""Cost of the sandbox around media processes: CPU time of a short call, and of a long encode."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from adapters.ffmpeg.run.child import Child
from adapters.ffmpeg.sandbox.guards import guards
from adapters.ffmpeg.settings import RunLimits
from bench.clips import DEMO
from bench.measure import RunFailed, alternated
from bench.report import Row, ratio
from bench.workbench import Workbench

_CPU_LIMIT_S = 3600


def measure(workbench: Workbench) -> list[Row]:
    """A short ffprobe call, and an encode of five minutes of small pictures."""
    guards()  # Determined once per worker process.
    return [_calls(workbench), _encode(workbench)]


def _calls(workbench: Workbench) -> Row:
    argv = ("ffprobe", "-v", "error", "-show_format", "-i", f"file:{DEMO}")
    pairs = 5 if workbench.quick else 25
    confined, plain = alternated(
        pairs, lambda: _confined_cpu_s(argv, workbench.folder), lambda: _plain_cpu_s(argv, workbench.folder)
    )
    more_ms = 1000 * median(ours - theirs for ours, theirs in zip(confined, plain, strict=True))
    return Row(
        "sandbox: CPU time that it adds to a call",
        f"{more_ms:.1f} ms",
        f"ffprobe, {pairs} pairs in turn, medians: confined {1000 * median(confined):.1f} CPU ms, plain "
        f"{1000 * median(plain):.1f}; {guards()}",
        "≤ 50 ms",
        kept=more_ms <= 50,
    )


def _encode(workbench: Workbench) -> Row:
    seconds = 30 if workbench.quick else 300
    pairs = 1 if workbench.quick else 2
    source = f"testsrc2=s=640x360:r=25:d={seconds}"
    target = workbench.folder / "encoded.mp4"
    argv = (
        *("ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", source),
        *("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", f"file:{target}"),
    )
    confined, plain = alternated(
        pairs, lambda: _confined_cpu_s(argv, workbench.folder), lambda: _plain_cpu_s(argv, workbench.folder)
    )
    share = sum(confined) / sum(plain)
    return Row(
        f"sandbox: CPU time of an encode of {seconds} s, confined ÷ plain",
        ratio(sum(confined), sum(plain)),
        f"640×360 to H.264, {pairs} pairs in turn: confined {_listed(confined)} CPU s; "
        f"plain {_listed(plain)}",
        "≤ 1.05",
        kept=share <= 1.05,
    )


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in values)


def _confined_cpu_s(argv: Sequence[str], folder: Path) -> float:
    with Child(argv, folder, RunLimits(), _CPU_LIMIT_S, writes=True) as child:
        while not child.ended:
            child.pump(0.1)
    if child.exit_code != 0:
        raise RunFailed(f"the confined {argv[0]} ended with {child.exit_code}: {list(child.error_lines)}")
    return child.cpu_s


def _plain_cpu_s(argv: Sequence[str], folder: Path) -> float:
    """CPU seconds of the same command without the sandbox."""
    process = subprocess.Popen(
        argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RunFailed(f"the plain {argv[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime
