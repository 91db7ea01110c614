"""API process on real servers that can be killed and restarted at the same address."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from temporalio.client import Client

from adapters.catalogue import Catalogue, CatalogueSettings, VideoRow, connect
from adapters.object_store import S3ObjectStore
from api.access.callers import OWNER
from local.programs import answers
from tests.chaos.event_loop import Background
from tests.contract.store.servers import s3_server
from tests.servers.ports import free_port
from tests.servers.product_process import ROOT, product_environment
from tests.servers.temporal_server import temporal_server

PATIENCE_S = 120.0


class KilledApi:
    """API process with one address through all restarts."""

    def __init__(self, environment: dict[str, str], log_path: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {**environment, "API_PORT": str(port)}
        self._log_path = log_path
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api.main"],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline_s = time.monotonic() + PATIENCE_S
        while not answers(f"{self.url}/health"):
            assert self._process.poll() is None, self._log_path.read_text()[-3000:]
            assert time.monotonic() < deadline_s, "the API does not come up again"
            time.sleep(0.1)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Stand:
    """An API that can be killed, with a real Temporal, S3 server and database; up inside its `with` block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with self._open as opened:
            temporal = opened.enter_context(temporal_server(self._folder / "temporal.log"))
            settings = replace(opened.enter_context(s3_server("versitygw", self._folder)), bucket="killed")
            environment = product_environment(settings, temporal, self._folder)
            unlimited = dict.fromkeys(("RATE_LIMIT", "UPLOAD_RATE_LIMIT", "QUOTA_RUNNING_TASKS"), "0")
            self.api = KilledApi({**environment, **unlimited}, self._folder / "api.log")
            opened.callback(self.api.kill)
            self.api.start()
            self.store = S3ObjectStore(settings)
            engine = connect(CatalogueSettings(environment["DATABASE_URL"]))
            opened.callback(engine.dispose)
            self.catalogue = Catalogue(engine)
            self._background = opened.enter_context(Background())
            self._temporal = self._background.run(Client.connect(temporal))
            self._open = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def tasks(self) -> int:
        """Number of tasks in Temporal."""
        counted = self._background.run(self._temporal.count_workflows("WorkflowType = 'VideoPipeline'"))
        return int(counted.count)

    def rows(self) -> list[VideoRow]:
        return self.catalogue.page(OWNER, limit=200).videos
