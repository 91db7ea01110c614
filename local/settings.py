"""Settings of a local stack: data folder, ports, models and secrets."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from local.faults import SettingUnusable

REPOSITORY_PATH = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Ports:
    """Ports of a stack. The metrics ports are those of the two workers."""

    api: int = 8000
    temporal: int = 7233
    web_ui: int = 8233
    s3: int = 9000
    cpu_metrics: int = 9464
    gpu_metrics: int = 9465


@dataclass(frozen=True)
class StackSettings:
    """Settings of one stack; stacks with different `data_path` and ports run side by side.

    `environment` is passed to every process and overrides what the stack sets itself.
    """

    data_path: Path
    ports: Ports = Ports()
    host: str = "127.0.0.1"
    models: str = "demo"
    device: str = "cpu"
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.data_path.is_absolute():
            raise SettingUnusable(f"The data folder {self.data_path} must be an absolute path.")
        # supervisord's configuration reads these as a comment, a placeholder or a new line.
        if any(mark in str(self.data_path) for mark in (" #", " ;", "%", "\n")):
            raise SettingUnusable(
                f"The data folder {str(self.data_path)!r} may not hold ' #', ' ;', '%' or line ends."
            )

    @property
    def api_url(self) -> str:
        return f"http://{self.host}:{self.ports.api}"

    @property
    def web_ui_url(self) -> str:
        return f"http://{self.host}:{self.ports.web_ui}"

    @property
    def s3_url(self) -> str:
        return f"http://{self.host}:{self.ports.s3}"

    @property
    def temporal_address(self) -> str:
        return f"{self.host}:{self.ports.temporal}"

    @property
    def run_path(self) -> Path:
        return self.data_path / "run"

    @property
    def log_path(self) -> Path:
        return self.data_path / "logs"

    @property
    def temporal_database_path(self) -> Path:
        return self.data_path / "temporal.db"

    @property
    def objects_path(self) -> Path:
        return self.data_path / "s3"

    @property
    def object_metadata_path(self) -> Path:
        return self.data_path / "object-metadata"


def read_settings(env: Mapping[str, str] = os.environ) -> StackSettings:
    """The settings of `make up`: the models that ship with the repository unless `MODELS` names others."""
    ports = Ports()
    return StackSettings(
        data_path=Path(env.get("DATA_DIR") or REPOSITORY_PATH / ".data").absolute(),
        ports=Ports(
            api=_port(env, "API_PORT", ports.api),
            temporal=_port(env, "TEMPORAL_PORT", ports.temporal),
            web_ui=_port(env, "WEB_UI_PORT", ports.web_ui),
            s3=_port(env, "S3_PORT", ports.s3),
            cpu_metrics=_port(env, "CPU_METRICS_PORT", ports.cpu_metrics),
            gpu_metrics=_port(env, "GPU_METRICS_PORT", ports.gpu_metrics),
        ),
        models=env.get("MODELS", "demo"),
        device=env.get("DEVICE", "cpu"),
    )


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingUnusable(f"{name} is {text!r}; it must be a port, 1 to 65535.")
    return int(text)


@dataclass(frozen=True)
class StackSecrets:
    """Secrets of a data folder, made once. `mark` is in the environment of every process of the
    stack, by which the processes are found whatever their ids and names are."""

    s3_access_key: str
    s3_secret_key: str = field(repr=False)
    mark: str


def ensure_secrets(settings: StackSettings) -> StackSecrets:
    """Read the stack's secrets, or make them in a file that only its owner can read."""
    path = settings.data_path / "secrets.json"
    if not path.exists():
        made = StackSecrets(secrets.token_hex(10), secrets.token_urlsafe(30), secrets.token_hex(16))
        unfinished_path = path.with_suffix(".new")
        unfinished_path.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished_path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            json.dump(asdict(made), file)
        unfinished_path.replace(path)
    return StackSecrets(**json.loads(path.read_text()))


def renew_mark(settings: StackSettings) -> None:
    """Give a restored stack its own mark, unlike that of the stack it is a copy of; it keeps its keys."""
    path = settings.data_path / "secrets.json"
    saved = ensure_secrets(settings)
    path.write_text(json.dumps(asdict(replace(saved, mark=secrets.token_hex(16)))))


def save_running(settings: StackSettings) -> None:
    """Write the settings with which the running stack was started."""
    saved = {
        "ports": asdict(settings.ports),
        "host": settings.host,
        "models": settings.models,
        "device": settings.device,
    }
    (settings.run_path / "stack.json").write_text(json.dumps(saved, indent=2))


def load_running(settings: StackSettings) -> StackSettings:
    """The settings with which the stack in this data folder was last started, else these."""
    path = settings.run_path / "stack.json"
    if not path.exists():
        return settings
    saved = json.loads(path.read_text())
    return StackSettings(
        data_path=settings.data_path,
        ports=Ports(**saved["ports"]),
        host=saved["host"],
        models=saved["models"],
        device=saved["device"],
        environment=settings.environment,
    )
