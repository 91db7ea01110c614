"""Encode in chunks by one, two and a killed CPU worker of one core each ÷ one plain FFmpeg run."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapters.object_store import S3ObjectStore
from adapters.settings import read_store
from bench.clips import DEMO, varied
from bench.measure import RunFailed, Usage, run_measured
from bench.processing.pinned_workers import pinned_workers
from bench.report import Row, ratio
from bench.workbench import Product, Workbench
from cli.api import Answer, UploadOptions
from domain.attempts.progress import UnreportedProgress
from domain.media.chunks import chunk_length_us

_LINES = 360
_POLL_EVERY_S = 0.2
_WITHIN_S = 900.0
_KILL_AT = 0.9


@dataclass(frozen=True)
class Encode:
    """One encode in chunks: wall time of the stage, CPU time of its workers, and the result."""

    wall_s: float
    cpu_s: float
    result_path: Path


def measure(bench: Workbench) -> list[Row]:
    seconds = 60 if bench.quick else 180
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise RunFailed("two workers of one core each need two cores")
    source = _source(bench.folder / f"chunks-{seconds}.mkv", seconds)
    plain_path = bench.folder / "plain.mp4"
    plain = _plain(source, plain_path, cores[0])
    product = bench.product
    product.stack.stop("worker_gpu")  # its models would compete for the same two cores
    product.stack.stop("worker_cpu")
    try:
        one = _encode(product, varied(source, 1), bench.folder, cores[:1])
        two = _encode(product, varied(source, 2), bench.folder, cores[:2])
        killed_cpu_s = _killed(product, varied(source, 3), bench.folder, cores[0])
    finally:
        product.stack.start("worker_cpu")
        product.stack.start("worker_gpu")
    sizes = (one.result_path.stat().st_size, plain_path.stat().st_size)
    ssim = (_ssim(one.result_path, source), _ssim(plain_path, source))
    chunks = -(-seconds * 1_000_000 // chunk_length_us(seconds * 1_000_000))
    allowed = 1.0 + 1 / chunks
    clip = f"{seconds} s of 960×540 to {_LINES} lines, {chunks} chunks, recipe of the default settings"
    return [
        Row(
            "chunks: speed-up of two one-core workers over one",
            ratio(one.wall_s, two.wall_s),
            f"{clip}: {one.wall_s:.1f} s and {two.wall_s:.1f} s for the whole stage; "
            f"plain FFmpeg on one core {plain.wall_s:.1f} s",
            "≥ 1.8",
            one.wall_s >= 1.8 * two.wall_s,
        ),
        Row(
            "chunks: CPU time ÷ plain FFmpeg",
            ratio(one.cpu_s, plain.cpu_s),
            f"{one.cpu_s:.1f} CPU s (with the worker's own, the sound and the join) and {plain.cpu_s:.1f}",
            "≤ 1.05",
            one.cpu_s <= 1.05 * plain.cpu_s,
        ),
        Row(
            "chunks: size ÷ plain FFmpeg",
            ratio(*map(float, sizes)),
            f"{sizes[0]} and {sizes[1]} bytes",
            "≤ 1.03",
            sizes[0] <= 1.03 * sizes[1],
        ),
        Row(
            "chunks: SSIM − plain FFmpeg's",
            f"{ssim[0] - ssim[1]:+.5f}",
            f"{ssim[0]:.5f} and {ssim[1]:.5f} against the scaled source",
            "≥ −0.001",
            ssim[0] >= ssim[1] - 0.001,
        ),
        Row(
            f"chunks: work in all when the worker is killed at {_KILL_AT:.0%} ÷ one plain encode",
            ratio(killed_cpu_s, plain.cpu_s),
            f"{killed_cpu_s:.1f} CPU s of both workers and {plain.cpu_s:.1f}; plain FFmpeg started again at "
            f"{_KILL_AT:.0%}: {1 + _KILL_AT:.1f}",
            f"≤ {allowed:.2f}",
            killed_cpu_s <= allowed * plain.cpu_s,
        ),
    ]


def _source(target: Path, seconds: int) -> Path:
    """The demo clip repeated, with noise, so that no two seconds are equal."""
    if not target.exists():
        command = [
            "ffmpeg",
            "-nostdin",
            "-v",
            "error",
            "-stream_loop",
            "-1",
            "-i",
            f"file:{DEMO}",
            "-t",
            str(seconds),
        ]
        command += ["-vf", "scale=960:540,noise=alls=8:allf=t", "-c:v", "libx264", "-preset", "ultrafast"]
        command += ["-crf", "16", "-g", "100", "-c:a", "libopus", f"file:{target}"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


def _plain(source: Path, target: Path, core: int) -> Usage:
    """Plain FFmpeg with the same encoder and settings, on one core."""
    command = ["taskset", "--cpu-list", str(core), "ffmpeg", "-nostdin", "-v", "error", "-y"]
    command += ["-i", f"file:{source}", "-vf", f"scale=-2:{_LINES}:out_range=tv,format=yuv420p"]
    command += ["-c:v", "libx264", "-preset", "medium", "-crf", "23", "-c:a", "aac", "-b:a", "128k"]
    return run_measured([*command, "-movflags", "+faststart", f"file:{target}"])


def _encode(product: Product, source: Path, folder: Path, cores: list[int]) -> Encode:
    with pinned_workers(product, cores) as workers:
        before_s = sum(worker.cpu_s() for worker in workers)
        task_id = _upload(product, source)
        stage = _downscaled(product, task_id, lambda stage: bool(stage["status"] == "completed"))
        cpu_s = sum(worker.cpu_s() for worker in workers) - before_s
        result_path = _joined(product, task_id, folder / f"joined-{len(cores)}.mp4")
        _end(product, task_id)
    return Encode(_wall_s(stage), cpu_s, result_path)


def _killed(product: Product, source: Path, folder: Path, core: int) -> float:
    """CPU time of the killed worker and of the one that continues the encode."""
    with pinned_workers(product, [core]) as [first]:
        before_s = first.cpu_s()
        task_id = _upload(product, source)
        _downscaled(
            product,
            task_id,
            lambda stage: (stage["frames_done"] or 0) >= _KILL_AT * (stage["frames_total"] or 1e9),
        )
        used_s = first.cpu_s() - before_s
        first.kill()
    with pinned_workers(product, [core]) as [second]:
        before_s = second.cpu_s()
        _downscaled(product, task_id, lambda stage: bool(stage["status"] == "completed"))
        used_s += second.cpu_s() - before_s
        _end(product, task_id)
    return used_s


def _upload(product: Product, source: Path) -> str:
    options = UploadOptions(subtitle_mode="none", max_height=_LINES, language="en")
    return str(product.api.upload(source, options, None, lambda _done, _total: None)["task_id"])


def _downscaled(product: Product, task_id: str, reached: Callable[[Answer], bool]) -> Answer:
    """Poll the stage `downscale` until `reached` is true for it."""
    deadline_s = time.monotonic() + _WITHIN_S
    while time.monotonic() < deadline_s:
        stage: Answer = product.api.status(task_id)["stages"]["downscale"]
        if stage["status"] == "failed":
            raise RunFailed(f"the stage waits for a retry: {stage}")
        if reached(stage):
            return stage
        time.sleep(_POLL_EVERY_S)
    raise RunFailed(f"the stage was not done within {_WITHIN_S:.0f} s")


def _joined(product: Product, task_id: str, target: Path) -> Path:
    """The stage's result, before it is published: without a GPU worker the task stops there."""
    store = S3ObjectStore(read_store(product.stack.environment))
    [found] = [entry for entry in store.list_prefix(f"temp/{task_id}/") if entry.key.endswith("/joined.mp4")]
    store.download(found.key, target, UnreportedProgress())
    return target


def _end(product: Product, task_id: str) -> None:
    product.api.cancel(task_id)
    deadline_s = time.monotonic() + 60
    while product.api.status(task_id)["status"] != "cancelled" and time.monotonic() < deadline_s:
        time.sleep(_POLL_EVERY_S)


def _wall_s(stage: Answer) -> float:
    ended, started = (datetime.fromisoformat(stage[name]) for name in ("ended_at", "started_at"))
    return (ended - started).total_seconds()


def _ssim(result_path: Path, source: Path) -> float:
    """SSIM between the result and the source scaled to the same size; 1 when they are equal."""
    graph = f"[1:v]scale=-2:{_LINES}:out_range=tv,format=yuv420p[wanted];[0:v][wanted]ssim"
    command = ["ffmpeg", "-hide_banner", "-nostdin", "-i", f"file:{result_path}", "-i", f"file:{source}"]
    output = run_measured([*command, "-lavfi", graph, "-f", "null", "-"]).output
    found = re.search(r"All:([0-9.]+)", output)
    if found is None:
        raise RunFailed(f"ffmpeg printed no SSIM: {output[-500:]}")
    return float(found[1])
