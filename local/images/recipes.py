"""Recipes of the product's images: how each is built and what its trial checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recipe:
    """Recipe of one image. `port_variable` holds the port of `ready_path`, which answers 200 when the
    process is ready, and of `pages`. `needs_servers`: Temporal and an object store must run for that."""

    name: str
    dockerfile: str
    port_variable: str
    ready_path: str
    needs_servers: bool
    writable: tuple[str, ...]
    absent: tuple[str, ...]
    most_gb: int
    pages: tuple[str, ...] = ()
    arguments: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        return f"localhost/video-pipeline-{self.name.replace('_', '-')}:trial"


# A container has its own.
_TEMPORARY = "/tmp"  # noqa: S108
_PACKAGES = "opt/venv/lib/python3.11/site-packages"
_ABSENT_EVERYWHERE = (
    "usr/bin/gcc",
    "usr/bin/cc",
    "usr/bin/pip",
    "opt/venv/bin/pip",
    "app/tests",
    "app/models/demo/clip",
    "build",
)
_MODELS = tuple(f"{_PACKAGES}/{name}" for name in ("torch", "ultralytics", "faster_whisper", "ctranslate2"))

RECIPES = (
    Recipe(
        name="api",
        dockerfile="api/Dockerfile",
        port_variable="API_PORT",
        ready_path="/health",
        needs_servers=False,
        writable=(_TEMPORARY,),
        absent=(*_ABSENT_EVERYWHERE, *_MODELS, "usr/bin/ffmpeg", "app/models"),
        most_gb=3,
        pages=("/watch/any",),
        # Without accounts the API listens on loopback only.
        environment={"API_HOST": "127.0.0.1"},
    ),
    Recipe(
        name="worker_cpu",
        dockerfile="worker_cpu/Dockerfile",
        port_variable="WORKER_HEALTH_PORT",
        ready_path="/ready",
        needs_servers=True,
        writable=(_TEMPORARY, "/scratch"),
        absent=(*_ABSENT_EVERYWHERE, *_MODELS, "app/models"),
        most_gb=4,
    ),
    Recipe(
        name="worker_gpu",
        dockerfile="worker_gpu/Dockerfile",
        port_variable="WORKER_HEALTH_PORT",
        ready_path="/ready",
        needs_servers=True,
        writable=(_TEMPORARY, "/scratch", "/models"),
        absent=_ABSENT_EVERYWHERE,
        most_gb=25,
        arguments={"DEMO_MODELS": "yes"},
        environment={"MODELS": "demo", "DEVICE": "cpu"},
    ),
)
