"""Whole pipeline over HTTP ÷ the reference script, alternately, both with models loaded."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any

from bench.clips import CLIPS, DEMO, looped, varied
from bench.measure import RunFailed, alternated, used_cpu_s
from bench.report import Row, ratio
from bench.workbench import Product, Workbench
from local.settings import REPOSITORY_PATH

GOAL = 1.10


@dataclass(frozen=True)
class PipelineRun:
    """Times of one video through the product, and the results found."""

    upload_s: float
    work_s: float
    download_s: float
    found: tuple[str | None, tuple[str, ...]]
    cpu_s: dict[str, float]

    @property
    def wall_s(self) -> float:
        return self.upload_s + self.work_s + self.download_s


class ReferenceProcess:
    """`bench.processing.reference_pipeline` as a process, with its models loaded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> ReferenceProcess:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.processing.reference_pipeline"],
            cwd=REPOSITORY_PATH,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        while self._read_line() != "ready":
            pass
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # It exits at the end of its input.
        self._process.communicate()

    def run(self, source: Path) -> dict[str, Any]:
        before_s = used_cpu_s(self._process.pid)
        job = {"source": source, "final": self._folder / "final.mp4", "folder": self._folder}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({name: str(path) for name, path in job.items()}) + "\n")
        self._process.stdin.flush()
        found = dict(json.loads(self._read_line()))
        return found | {"cpu_s": used_cpu_s(self._process.pid) - before_s}

    def _read_line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RunFailed("the reference script ended early; the reason is printed above")
        return line.strip()


def measure(bench: Workbench) -> list[Row]:
    times = 1 if bench.quick else 4
    clip = looped(DEMO, times, bench.folder / f"long-{times}.mp4")
    product = bench.product
    with ReferenceProcess(bench.folder / "by-hand") as reference:
        reference.run(CLIPS[1])
        runs = iter(range(100))
        ours, theirs = alternated(
            1 if bench.quick else 3,
            lambda: run_pipeline(product, varied(clip, next(runs)), bench.folder),
            lambda: reference.run(clip),
        )
    found = ours[0].found
    expected = (theirs[0]["language"], tuple(theirs[0]["animals"]))
    if found != expected:
        raise RunFailed(f"the product found {found}, the reference script {expected}: not the same work")
    ours_s = median(run.wall_s for run in ours)
    theirs_s = median(run["wall_s"] for run in theirs)
    middle = min(ours, key=lambda run: abs(run.wall_s - ours_s))
    raw = (
        f"{20 * times} s of 2560×1440, {len(ours)} pairs in turn, medians, both with models loaded: "
        f"product {ours_s:.1f} s (upload with its check {middle.upload_s:.1f}, work {middle.work_s:.1f}, "
        f"download {middle.download_s:.1f}); by hand {theirs_s:.1f} s; "
        f"processor time {sum(middle.cpu_s.values()):.1f} CPU s ({_by_process(middle.cpu_s)}) and "
        f"{median(run['cpu_s'] for run in theirs):.1f}; "
        f"all walls: {_listed([run.wall_s for run in ours])} ÷ {_listed([run['wall_s'] for run in theirs])}"
    )
    return [
        Row(
            "pipeline: wall time over HTTP ÷ by hand",
            ratio(ours_s, theirs_s),
            raw,
            f"≤ {GOAL:.2f}",
            ours_s <= GOAL * theirs_s,
        )
    ]


def run_pipeline(product: Product, clip: Path, folder: Path) -> PipelineRun:
    """Upload a video, wait for its result and download it."""
    before_s = product.cpu_s()
    started_s = time.monotonic()
    task_id = product.upload(clip)
    uploaded_s = time.monotonic()
    status = product.completed(task_id)
    done_s = time.monotonic()
    product.fetch(status, "final.mp4", folder)
    fetched_s = time.monotonic()
    result = status["result"]
    found = (result["language"], tuple(sorted(result["animals_detected"])))
    cpu_s = {name: used_s - before_s[name] for name, used_s in product.cpu_s().items()}
    return PipelineRun(uploaded_s - started_s, done_s - uploaded_s, fetched_s - done_s, found, cpu_s)


def _by_process(cpu_s: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {used_s:.1f}" for name, used_s in cpu_s.items())


def _listed(seconds: list[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in seconds)
