"""Fixtures of the worker-loss tests: real worker processes, Temporal server and object store."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHandle

from adapters.object_store import S3ObjectStore, StoreSettings
from api.tasks.temporal import TemporalTasks
from domain.attempts.heartbeat import HeartbeatDetails
from domain.messages.start import PipelineRequest
from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import TaskState
from tests.contract.store.servers import s3_server
from tests.servers.temporal_server import temporal_server
from workflows.video_pipeline import VideoPipeline

REPOSITORY = Path(__file__).parents[2]
_PATIENCE_S = 180


@dataclass
class Plant:
    """Workers and tasks of one test."""

    address: str
    client: Client
    settings: StoreSettings
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def store(self) -> S3ObjectStore:
        return S3ObjectStore(self.settings)

    def start_worker(self, role: str = "all", **environment: str) -> subprocess.Popen[bytes]:
        """Starts a worker: an `encoder` runs only `downscale`, one at a time; `others` run all the rest."""
        store = self.settings
        servers = [self.address, store.endpoint, store.access_key, store.secret_key, store.bucket]
        command = [sys.executable, "-m", "tests.worker_loss.worker", *servers, str(self.folder), role]
        with (self.folder / f"worker-{len(self.workers)}.log").open("wb") as log:
            worker = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.workers.append(worker)
        return worker

    async def start_task(
        self, behaviour: str, stage_timeout_s: int = 600, *, animals: bool = True
    ) -> WorkflowHandle[VideoPipeline, TaskState]:
        """Starts a task whose `downscale` has this behaviour; without `animals` nothing runs beside it."""
        video_id = f"{behaviour}-{uuid.uuid4().hex}"
        source = self.store.put(f"videos/original/{video_id}/source", b"source", "video/mp4")
        options = ProcessingOptions(subtitle_mode=SubtitleMode.NONE, language="en", animals=animals)
        task_id = f"task-{uuid.uuid4().hex}"
        await TemporalTasks(self.client).start(
            PipelineRequest(task_id, video_id, "local", "clip.mp4", source, options, stage_timeout_s)
        )
        return self.client.get_workflow_handle_for(VideoPipeline.run, task_id)

    async def until_waiting(self, activity: str, task: WorkflowHandle[VideoPipeline, TaskState]) -> None:
        """Waits until an attempt of the activity has reached a worker and waits there for a slot."""
        for _ in range(_PATIENCE_S * 10):
            description = await task.describe()
            for pending in description.raw_description.pending_activities:
                if pending.activity_type.name == activity and pending.heartbeat_details.payloads:
                    (details,) = await description.data_converter.decode(
                        pending.heartbeat_details.payloads, [HeartbeatDetails]
                    )
                    assert not details.trail.at_work
                    return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{activity} does not wait for a slot")

    async def until(self, true: Callable[[], bool], what: str) -> None:
        for _ in range(_PATIENCE_S * 10):
            if true():
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"not within {_PATIENCE_S} s: {what}")

    async def ended(self, worker: subprocess.Popen[bytes]) -> int:
        await self.until(lambda: worker.poll() is not None, "the worker's end")
        return worker.returncode

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().split() if path.exists() else []

    def objects(self) -> dict[str, tuple[str, str | None]]:
        """Every object with its ETag and SHA-256."""
        keys = [found.key for found in self.store.list_prefix("")]
        facts = [self.store.stat(key) for key in keys]
        return {found.key: (found.etag, found.sha256) for found in facts if found is not None}

    def end(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
                worker.wait()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with temporal_server(tmp_path_factory.mktemp("temporal") / "server.log") as address:
        yield address


@pytest.fixture
async def plant(address: str, tmp_path: Path) -> AsyncIterator[Plant]:
    with s3_server("versitygw", tmp_path) as settings:
        plant = Plant(address, await Client.connect(address), settings, tmp_path)
        plant.store.ensure_bucket()
        try:
            yield plant
        finally:
            plant.end()
