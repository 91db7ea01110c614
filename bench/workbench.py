"""Resources shared by the benchmarks of one run: a scratch folder, and a warm product, started on demand."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.clips import CLIPS
from bench.measure import RunFailed, used_cpu_s
from cli.api import Api, UploadOptions
from local.ports import free_ports
from local.settings import Ports, StackSettings
from local.stack import Stack

_POLL_EVERY_S = 0.2
_ENDED = ("completed", "failed", "cancelled")

Report = Callable[[str], None]


class Product:
    """Running product, called over HTTP by the command line's client."""

    def __init__(self, stack: Stack, api: Api) -> None:
        self.stack = stack
        self.api = api

    def upload(self, clip: Path) -> str:
        """Upload a clip; returns the new task's id."""
        return str(self.api.upload(clip, UploadOptions(), None, _no_progress)["task_id"])

    def completed(self, task_id: str, within_s: float = 900.0) -> dict[str, Any]:
        """Wait until the task is completed; returns its status."""
        deadline_s = time.monotonic() + within_s
        while time.monotonic() < deadline_s:
            status = self.api.status(task_id)
            if status["status"] in _ENDED:
                if status["status"] != "completed":
                    raise RunFailed(f"the task ended as {status['status']}: {status}")
                return status
            if any(stage["status"] == "failed" for stage in status["stages"].values()):
                raise RunFailed(f"a stage waits for a retry: {status['stages']}")
            time.sleep(_POLL_EVERY_S)
        raise RunFailed(f"the task was not done within {within_s:.0f} s")

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds so far of each of the product's processes."""
        pids = {name: status.pid for name, status in self.stack.statuses().items()}
        return {name: used_cpu_s(pid) for name, pid in pids.items() if pid is not None}

    def fetch(self, status: dict[str, Any], name: str, folder: Path) -> Path:
        """Download one of a completed task's files."""
        target = folder / name
        self.api.download(status["links"][name], target, _no_progress)
        return target


class Workbench:
    """Scratch folder and product of one run; as a context manager it ends every process."""

    def __init__(self, folder: Path, *, quick: bool, report: Report) -> None:
        self.folder = folder
        self.quick = quick
        self.report = report
        self._product: Product | None = None
        self._open = ExitStack()

    def __enter__(self) -> Workbench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def temp_path(self) -> Path:
        """Folder for temporary files of the product's processes."""
        path = self.folder / "temp"
        path.mkdir(exist_ok=True)
        return path

    @property
    def product(self) -> Product:
        """The running product, with its models loaded by a small task."""
        if self._product is None:
            self._product = self._started()
        return self._product

    def _started(self) -> Product:
        settings = StackSettings(
            self.folder / "product",
            Ports(*free_ports("127.0.0.1", 6)),
            environment={"TMPDIR": str(self.temp_path)},
        )
        stack = self._open.enter_context(Stack(settings, report=self.report))
        product = Product(stack, self._open.enter_context(Api(settings.api_url)))
        product.completed(product.upload(CLIPS[1]))
        return product


def _no_progress(_done: int, _total: int) -> None:
    """Progress callback that does nothing."""
