"""Settings of each process, read once from the environment by its main."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.object_store.connection import StoreSettings
from domain.errors import SettingInvalid
from domain.messages.upkeep import UpkeepInput

Environment = Mapping[str, str]

_PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")


@dataclass(frozen=True)
class TemporalSettings:
    """Address and namespace of the Temporal server."""

    address: str
    namespace: str
    metrics_address: str | None


@dataclass(frozen=True)
class HealthAddress:
    """Address at which a worker serves `/health` and `/ready`."""

    host: str
    port: int


@dataclass(frozen=True)
class WorkerSettings:
    """Identity, concurrency, scratch folder and drain time of one worker."""

    identity: str
    scratch_path: Path
    concurrent_activities: int
    drain_s: int
    deployment: str | None
    build_id: str | None
    health: HealthAddress | None = None


@dataclass(frozen=True)
class TaskSettings:
    """Time limits and sizes that the API sets for each new task."""

    stage_timeout_s: int
    park_s: int
    max_upload_bytes: int
    chunk_after_s: int = 60
    ffmpeg_timeout_s: int = 600


@dataclass(frozen=True)
class MediaSettings:
    """Settings of FFmpeg: encoding, largest source, limits of one run."""

    recipe: EncodeRecipe
    limits: MediaLimits
    run_limits: RunLimits


def read_store(env: Environment = os.environ) -> StoreSettings:
    """Reads the settings of the object store; its keys have no default."""
    for name in ("S3_ACCESS_KEY", "S3_SECRET_KEY"):
        if not env.get(name):
            raise SettingInvalid(f"{name} is not set; it is the object store's key.")
    return StoreSettings(
        endpoint=env.get("S3_ENDPOINT", "127.0.0.1:9000"),
        access_key=env["S3_ACCESS_KEY"],
        secret_key=env["S3_SECRET_KEY"],
        bucket=env.get("S3_BUCKET", "video-pipeline"),
        secure=choice(env, "S3_SECURE", "false", ("true", "false")) == "true",
        region=env.get("S3_REGION", "us-east-1"),
        public_url=env.get("S3_PUBLIC_URL", ""),
    )


def read_upkeep(env: Environment = os.environ) -> UpkeepInput:
    """Reads retention (RETENTION_DAYS, 0 for no limit) and S3_ARCHIVE_BUCKET, to which old videos move."""
    days = env.get("RETENTION_DAYS", "90")
    if not (days.isascii() and days.isdecimal() and len(days) < 6):
        raise SettingInvalid(f"RETENTION_DAYS is {days!r}; it must be a whole number, 0 to keep every video.")
    return UpkeepInput(retention_s=int(days) * 24 * 3600, archive_bucket=env.get("S3_ARCHIVE_BUCKET", ""))


def read_media(env: Environment = os.environ) -> MediaSettings:
    """Reads FFmpeg's settings. Without FFMPEG_THREADS an encode uses every core, even in a container."""
    threads = env.get("FFMPEG_THREADS")
    return MediaSettings(
        recipe=EncodeRecipe(
            # The presets and CRF are libx264's.
            codec=choice(env, "FFMPEG_CODEC", "libx264", ("libx264",)),
            preset=choice(env, "FFMPEG_PRESET", "medium", _PRESETS),
            crf=positive(env.get("FFMPEG_CRF", "23"), "FFMPEG_CRF"),
            threads=positive(threads, "FFMPEG_THREADS") if threads else 0,
        ),
        limits=MediaLimits(max_duration_s=positive(env.get("MAX_DURATION", "21600"), "MAX_DURATION")),
        run_limits=RunLimits(),
    )


def read_temporal(env: Environment = os.environ) -> TemporalSettings:
    host, port = env.get("WORKER_METRICS_HOST", "127.0.0.1"), env.get("WORKER_METRICS_PORT", "")
    return TemporalSettings(
        address=env.get("TEMPORAL_ADDRESS", "127.0.0.1:7233"),
        namespace=env.get("TEMPORAL_NAMESPACE", "default"),
        metrics_address=f"{host}:{positive(port, 'WORKER_METRICS_PORT')}" if port else None,
    )


def read_worker(queue: str, env: Environment = os.environ) -> WorkerSettings:
    """Reads the settings of the worker that serves `queue`."""
    host, port = env.get("WORKER_HEALTH_HOST", "127.0.0.1"), env.get("WORKER_HEALTH_PORT", "")
    return WorkerSettings(
        identity=env.get("WORKER_IDENTITY", f"{queue}@{socket.gethostname()}:{os.getpid()}"),
        scratch_path=Path(env.get("SCRATCH_DIR", tempfile.gettempdir())) / f"video-pipeline-{queue}",
        concurrent_activities=positive(env.get("WORKER_CONCURRENCY", "2"), "WORKER_CONCURRENCY"),
        drain_s=positive(env.get("WORKER_DRAIN", "4"), "WORKER_DRAIN"),
        deployment=env.get("WORKER_DEPLOYMENT") or None,
        build_id=env.get("WORKER_BUILD_ID") or None,
        health=HealthAddress(host, positive(port, "WORKER_HEALTH_PORT")) if port else None,
    )


def read_tasks(env: Environment = os.environ) -> TaskSettings:
    return TaskSettings(
        stage_timeout_s=positive(env.get("PROCESSING_TIMEOUT", "1800"), "PROCESSING_TIMEOUT"),
        park_s=positive(env.get("PARK_TIMEOUT", "86400"), "PARK_TIMEOUT"),
        max_upload_bytes=positive(env.get("MAX_UPLOAD_SIZE", str(500 * 1024**2)), "MAX_UPLOAD_SIZE"),
        chunk_after_s=positive(env.get("CHUNK_AFTER", "60"), "CHUNK_AFTER"),
        ffmpeg_timeout_s=positive(env.get("FFMPEG_TIMEOUT", "600"), "FFMPEG_TIMEOUT"),
    )


def choice(env: Environment, name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Value of a setting that must be one of `allowed`."""
    value = env.get(name, default)
    if value not in allowed:
        raise SettingInvalid(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
    return value


def positive(text: str, name: str) -> int:
    """Value of a setting that must be a whole number above 0."""
    if not text.isdecimal() or int(text) == 0:
        raise SettingInvalid(f"{name} is {text!r}; it must be a whole number above 0.")
    return int(text)
