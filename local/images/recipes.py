"""Which images the product has, how each is built here, and what it must show when it is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recipe:
    """`port_variable` names the port that answers `asked`, the path that says that all is well, and `pages`;
    `needs_servers` tells whether that takes a Temporal and an object store."""

    name: str
    dockerfile: str
    port_variable: str
    asked: str
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


# A container has one of its own.
_TEMPORARY = "/tmp"  # noqa: S108
_PACKAGES = "opt/venv/lib/python3.11/site-packages"
_NOWHERE = (
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
        asked="/health",
        needs_servers=False,
        writable=(_TEMPORARY,),
        absent=(*_NOWHERE, *_MODELS, "usr/bin/ffmpeg", "app/models"),
        most_gb=3,
        pages=("/watch/any",),
        # Without an issuer of accounts it serves its own machine only.
        environment={"API_HOST": "127.0.0.1"},
    ),
    Recipe(
        name="worker_cpu",
        dockerfile="worker_cpu/Dockerfile",
        port_variable="WORKER_HEALTH_PORT",
        asked="/ready",
        needs_servers=True,
        writable=(_TEMPORARY, "/scratch"),
        absent=(*_NOWHERE, *_MODELS, "app/models"),
        most_gb=4,
    ),
    Recipe(
        name="worker_gpu",
        dockerfile="worker_gpu/Dockerfile",
        port_variable="WORKER_HEALTH_PORT",
        asked="/ready",
        needs_servers=True,
        writable=(_TEMPORARY, "/scratch", "/models"),
        absent=_NOWHERE,
        most_gb=25,
        arguments={"DEMO_MODELS": "yes"},
        environment={"MODELS": "demo", "DEVICE": "cpu"},
    ),
)
