"""Trial of an image: runs its command as its user on a read-only root file system until it is ready."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from local.images.buildah import Buildah
from local.images.faults import TrialFailed
from local.images.inspection import OWNER
from local.images.recipes import Recipe
from local.ports import free_ports
from local.programs import answers

_ANSWERS_WITHIN_S = 600.0
_ENDS_WITHIN_S = 120.0
_HOST = "127.0.0.1"
_QUOTED_LOG_LINES = 25
# buildah's message; uvicorn shuts down and then ends by the signal that it received.
_ENDED_BY_SIGTERM = "subprocess exited on terminated"
_PRINT_GUARDS = "from adapters.ffmpeg.sandbox.guards import guards; print(guards())"
_TRY_TO_WRITE = "! touch /trial && ! touch /app/trial && ! touch /opt/venv/trial"


def try_container(
    buildah: Buildah,
    recipe: Recipe,
    container: str,
    config: dict[str, Any],
    servers: Mapping[str, str],
    folder_path: Path,
) -> str:
    """Try a new container, and return a summary. Raises `TrialFailed` for the first failed check."""
    health, metrics = free_ports(_HOST, 2)
    environment = {
        **servers,
        "DATABASE_URL": "sqlite:////tmp/catalogue.db",
        recipe.port_variable: str(health),
        "WORKER_HEALTH_HOST": _HOST,
        "WORKER_METRICS_HOST": _HOST,
        "WORKER_METRICS_PORT": str(metrics),
        **recipe.environment,
    }
    volumes = {place: _owned(folder_path / place.strip("/")) for place in recipe.writable}
    # A first run lets buildah create its mount points.
    _run(buildah.run_argv(container, ["true"]))
    with _read_only(buildah.mount(container)):
        _run(buildah.run_argv(container, ["sh", "-c", _TRY_TO_WRITE], user="root"))
        log_path = folder_path / "log"
        argv = buildah.run_argv(container, config["Cmd"], environment, volumes)
        with _running(argv, log_path) as process:
            for path in (recipe.ready_path, *recipe.pages):
                _await(process, f"http://{_HOST}:{health}{path}", log_path)
            main = _main_of(process, config["Cmd"])
            if set(main.uids()) != {OWNER} or set(main.gids()) != {OWNER}:
                raise TrialFailed(f"{recipe.name} runs as {main.uids()}, {main.gids()}.")
            _run(buildah.run_argv(container, config["Healthcheck"]["Test"][1:], environment, volumes))
            main.send_signal(signal.SIGTERM)
            if process.wait(_ENDS_WITHIN_S) != 0 and _ENDED_BY_SIGTERM not in log_path.read_text():
                raise TrialFailed(f"{recipe.name} ended with {process.returncode} after SIGTERM, not with 0.")
        summary = f"{recipe.ready_path} and the health check answer, SIGTERM ends it"
        if recipe.needs_servers:
            summary += "; " + _run(
                buildah.run_argv(container, ["python", "-c", _PRINT_GUARDS], environment, volumes)
            )
    return summary


@contextmanager
def _read_only(root: Path) -> Iterator[None]:
    """Root file system mounted read-only, also for root, but for /run, where buildah writes a file."""
    subprocess.run(["mount", "--bind", str(root), str(root)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(root)], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(root / "run")], check=True)
        yield
    finally:
        subprocess.run(["umount", "--recursive", str(root)], check=True)


@contextmanager
def _running(argv: list[str], log_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log_path.open("wb") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.wait(_ENDS_WITHIN_S)


def _await(process: subprocess.Popen[bytes], url: str, log_path: Path) -> None:
    deadline = time.monotonic() + _ANSWERS_WITHIN_S
    while not answers(url):
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            what = f"ended with {process.returncode}" if ended else f"did not answer {url}"
            end = log_path.read_text(errors="replace").splitlines()[-_QUOTED_LOG_LINES:]
            raise TrialFailed("\n".join([f"The container {what}; its log ends with:", *end]))
        time.sleep(0.5)


def _main_of(process: subprocess.Popen[bytes], command: list[str]) -> psutil.Process:
    for child in psutil.Process(process.pid).children(recursive=True):
        # The program's name has been resolved to a path.
        if child.cmdline()[1:] == command[1:]:
            return child
    raise TrialFailed(f"No process of the container is {' '.join(command)}.")


def _owned(path: Path) -> Path:
    path.mkdir(parents=True)
    shutil.chown(path, OWNER, OWNER)
    return path


def _run(argv: list[str]) -> str:
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        output = (done.stderr or done.stdout).strip()[-1000:]
        raise TrialFailed(f"`{' '.join(argv[argv.index('--') + 1 :])}` failed in the container: {output}")
    return done.stdout.strip()
