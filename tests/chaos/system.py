"""System under test: the real stack, with a proxy before its store and a link before its Temporal."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import psutil
from minio import Minio
from temporalio.client import Client

from local.settings import Ports, StackSettings
from local.stack import Report, Stack
from local.tools import Toolbox
from tests.chaos.event_loop import Background
from tests.chaos.faults.clock import MovableClock
from tests.chaos.faults.link import Link
from tests.chaos.faults.store_proxy import StoreProxy
from tests.chaos.jobs import CHUNK_AFTER_S, Job, make_jobs
from tests.chaos.programs import SECOND_CPU_WORKER, chaos_programs
from tests.chaos.verification.checker import CACHE_PREFIX
from tests.servers.ports import free_ports

HOST = "127.0.0.1"
PROCESSES = ("temporal", "s3", "api", "worker_cpu", SECOND_CPU_WORKER, "worker_gpu")
SCRATCH_BYTES = 384 * 1024 * 1024


class System:
    """The system under test; it runs inside its `with` block."""

    def __init__(self, folder: Path, report: Report = print) -> None:
        self.folder = folder
        self._report = report
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with self._open:
            self._build()
            self._open = self._open.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _build(self) -> None:
        data_path = self.folder / "stack"
        self.launch_path = self.folder / "launch"
        self.scratch_path = self.folder / "scratch"
        for path in (data_path, self.launch_path, self.scratch_path):
            path.mkdir(parents=True)
        self.scratch_is_small = self._mount_scratch()
        *own, store_port, link_port, metrics_port = free_ports(9)
        settings = StackSettings(
            data_path,
            Ports(*own),
            environment={
                "S3_ENDPOINT": f"{HOST}:{store_port}",
                "TEMPORAL_ADDRESS": f"{HOST}:{link_port}",
                "SCRATCH_DIR": str(self.scratch_path),
                "CHUNK_AFTER": str(CHUNK_AFTER_S),
                # The suite polls more often than a client may.
                "RATE_LIMIT": "1000/second",
                "UPLOAD_RATE_LIMIT": "1000/second",
            },
        )
        self.background = self._open.enter_context(Background())
        self.store_proxy = StoreProxy(self.background, store_port, (HOST, settings.ports.s3))
        self._open.callback(self.store_proxy.close)
        self.link = Link(self.background, link_port, (HOST, settings.ports.temporal))
        self._open.callback(self.link.close)
        programs = chaos_programs(settings, Toolbox().servers(), self.launch_path, metrics_port)
        self.stack = self._open.enter_context(Stack(settings, programs, self._report))
        self.http = self._open.enter_context(httpx.Client(base_url=settings.api_url, timeout=30))
        env = self.stack.environment
        self.bucket = env["S3_BUCKET"]
        self.store = Minio(
            settings.s3_url.removeprefix("http://"),
            env["S3_ACCESS_KEY"],
            env["S3_SECRET_KEY"],
            secure=False,
            region="us-east-1",
        )
        self.temporal = self.background.run(Client.connect(settings.temporal_address))
        self.catalogue_path = data_path / "catalogue.db"
        clips_path = self.folder / "clips"
        clips_path.mkdir()
        self.jobs: dict[str, Job] = make_jobs(clips_path)

    def _mount_scratch(self) -> bool:
        """Mount a small file system for temporary files, which can be filled; False unless root."""
        if os.getuid() != 0:
            return False
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SCRATCH_BYTES}", "tmpfs", str(self.scratch_path)]
        if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
            return False
        self._open.callback(subprocess.run, ["umount", "--lazy", str(self.scratch_path)], check=True)
        return True

    @cached_property
    def clock(self) -> MovableClock:
        """Movable clock of the processes that are started with it."""
        return MovableClock(self.folder / "clock")

    def workers(self) -> list[str]:
        return [name for name in PROCESSES if name.startswith("worker")]

    def process_named(self, identity: str) -> str | None:
        """Name of the process with this Temporal identity, which ends with the process id."""
        for name, status in self.stack.statuses().items():
            if status.pid is not None and identity.endswith(f":{status.pid}"):
                return name
        return None

    def change_launch(self, name: str, script: str) -> None:
        """Set the shell script that runs before the process, from its next start on."""
        (self.launch_path / name).write_text(script)

    def restart(self, name: str) -> None:
        self.stack.stop(name)
        self.stack.start(name)

    def family(self, name: str) -> list[psutil.Process]:
        """A process and its children."""
        pid = self.stack.pid(name)
        if pid is None:
            return []
        try:
            process = psutil.Process(pid)
            return [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def clear_cache(self) -> None:
        """Remove cached results, so that each trial does all of its work."""
        for found in self.store.list_objects(self.bucket, CACHE_PREFIX, recursive=True):
            self.store.remove_object(self.bucket, str(found.object_name))

    def copy_of_code(self, name: str) -> Path:
        """Copy of the CPU worker's code, to be changed and deployed."""
        target = self.folder / name
        for room in ("activities", "adapters", "domain", "worker_cpu", "workflows"):
            source = Path(__file__).parents[2] / room
            shutil.copytree(source, target / room, ignore=shutil.ignore_patterns("__pycache__"))
        return target
