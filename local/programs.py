"""Programs of a stack: their command lines, environments, readiness checks and starting order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.settings import StackSecrets, StackSettings

_DRAIN_S = 4
_PROBE_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Program:
    """A process of the stack. `ready` is called with its process id until it returns True.

    Those of one rank start and stop in parallel; a rank starts when the one below it is ready.
    """

    name: str
    argv: tuple[str, ...]
    ready: Callable[[int], bool]
    start_within_s: int
    stop_within_s: int
    rank: int = 1
    ports: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Servers:
    """Paths of the third-party servers."""

    temporal: Path
    versitygw: Path


def product_programs(settings: StackSettings, servers: Servers) -> tuple[Program, ...]:
    """Temporal, the object store, the API and one worker of each kind."""
    ports = settings.ports
    return (
        Program(
            name="temporal",
            rank=0,
            argv=_temporal_argv(settings, servers),
            ready=lambda _: _has_namespace(settings, servers) and answers(settings.web_ui_url),
            start_within_s=90,
            stop_within_s=15,
            ports={"temporal": ports.temporal, "web ui": ports.web_ui},
        ),
        Program(
            name="s3",
            rank=0,
            argv=_s3_argv(settings, servers),
            ready=lambda _: answers(settings.s3_url, refusal_counts=True),
            start_within_s=30,
            stop_within_s=15,
            ports={"s3": ports.s3},
        ),
        Program(
            name="api",
            argv=(sys.executable, "-m", "api.main"),
            ready=lambda _: answers(f"{settings.api_url}/health"),
            start_within_s=90,
            stop_within_s=15,
            ports={"api": ports.api},
        ),
        Program(
            name="worker_cpu",
            argv=(sys.executable, "-m", "worker_cpu.main"),
            ready=lambda pid: polls(settings, servers, "cpu", pid),
            start_within_s=90,
            stop_within_s=_DRAIN_S + 15,
            ports={"cpu metrics": ports.cpu_metrics},
            environment={"WORKER_METRICS_PORT": str(ports.cpu_metrics)},
        ),
        Program(
            name="worker_gpu",
            argv=(sys.executable, "-m", "worker_gpu.main"),
            ready=lambda pid: polls(settings, servers, "gpu", pid),
            start_within_s=180,  # importing torch on a busy machine takes its time
            stop_within_s=_DRAIN_S + 15,
            ports={"gpu metrics": ports.gpu_metrics},
            environment={"WORKER_METRICS_PORT": str(ports.gpu_metrics)},
        ),
    )


def product_environment(settings: StackSettings, secrets: StackSecrets) -> dict[str, str]:
    """Environment variables of the API, the workers and the servers."""
    return {
        "DATABASE_URL": f"sqlite:///{settings.data_path / 'catalogue.db'}",
        "TEMPORAL_ADDRESS": settings.temporal_address,
        "TEMPORAL_NAMESPACE": "default",
        "S3_ENDPOINT": f"{settings.host}:{settings.ports.s3}",
        "S3_ACCESS_KEY": secrets.s3_access_key,
        "S3_SECRET_KEY": secrets.s3_secret_key,
        "S3_BUCKET": "video-pipeline",
        # The same two under the object store server's own names.
        "ROOT_ACCESS_KEY_ID": secrets.s3_access_key,
        "ROOT_SECRET_ACCESS_KEY": secrets.s3_secret_key,
        "API_HOST": settings.host,
        "API_PORT": str(settings.ports.api),
        # A whole film: only one person uploads here.
        "MAX_UPLOAD_SIZE": str(4 * 1024**3),
        # One person's machine: the limit stops only a runaway loop.
        "RATE_LIMIT": "5000/second",
        "UPLOAD_RATE_LIMIT": "100/second",
        **dict.fromkeys(("QUOTA_RUNNING_TASKS", "QUOTA_DAILY_BYTES", "QUOTA_DAILY_MINUTES"), "0"),
        "DEVICE": settings.device,
        "MODELS": settings.models,
        "SCRATCH_DIR": str(settings.data_path / "scratch"),
        "WORKER_DRAIN": str(_DRAIN_S),
        "PYTHONUNBUFFERED": "1",
        **settings.environment,
    }


def _temporal_argv(settings: StackSettings, servers: Servers) -> tuple[str, ...]:
    return (
        str(servers.temporal),
        *("server", "start-dev", "--log-level", "warn", "--ip", settings.host),
        *("--port", str(settings.ports.temporal), "--ui-port", str(settings.ports.web_ui)),
        *("--db-filename", str(settings.temporal_database_path)),
        *fairness_switches(),
    )


def fairness_switches() -> tuple[str, ...]:
    """Options of Temporal's server that enable priorities and fairness keys."""
    values = {
        # This server ignores both without the new matcher.
        "matching.useNewMatcher": "true",
        "matching.enableFairness": "true",
        # Fairness holds within a partition, so a queue has one.
        "matching.numTaskqueueReadPartitions": "1",
        "matching.numTaskqueueWritePartitions": "1",
    }
    return tuple(
        part for name, value in values.items() for part in ("--dynamic-config-value", f"{name}={value}")
    )


def _s3_argv(settings: StackSettings, servers: Servers) -> tuple[str, ...]:
    sidecar = (
        ()
        if _has_extended_attributes(settings.objects_path)
        else ("--sidecar", str(settings.object_metadata_path))
    )
    listen = f"{settings.host}:{settings.ports.s3}"
    return (
        *(str(servers.versitygw), "--quiet", "--port", listen),
        *("posix", *sidecar, str(settings.objects_path)),
    )


def _has_extended_attributes(folder: Path) -> bool:
    """True when the file system has extended attributes, in which the server writes an object's type."""
    if not hasattr(os, "setxattr"):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    try:
        os.setxattr(folder, "user.video-pipeline", b"1")
    except OSError:
        return False
    return True


def _has_namespace(settings: StackSettings, servers: Servers) -> bool:
    return _ask_temporal(settings, servers, "operator", "namespace", "describe", "-n", "default") is not None


def polls(settings: StackSettings, servers: Servers, queue: str, pid: int) -> bool:
    """True when this process polls the queue; a worker's identity ends with its process id."""
    answer = _ask_temporal(settings, servers, "task-queue", "describe", "--task-queue", queue, "-o", "json")
    if answer is None:
        return False
    pollers = json.loads(answer).get("pollers") or []
    return any(str(poller.get("identity", "")).endswith(f":{pid}") for poller in pollers)


def _ask_temporal(settings: StackSettings, servers: Servers, *arguments: str) -> str | None:
    argv = [str(servers.temporal), *arguments, "--address", settings.temporal_address]
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def answers(url: str, *, refusal_counts: bool = False) -> bool:
    """True when `url` answers with success; with `refusal_counts` also with a 4xx."""
    # The environment's proxy is not for the stack's own processes.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_PROBE_TIMEOUT_S):
            return True
    except urllib.error.HTTPError as error:
        return refusal_counts and error.code < 500
    except (OSError, urllib.error.URLError):
        return False
