"""Worker versioning: a task stays with the build that started it, on a real Temporal server."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from temporalio.client import Client

from adapters.settings import read_worker
from adapters.worker.serving import Service, build_worker
from tests.contract.store.servers import program
from tests.servers.temporal_server import temporal_server
from tests.workflows.rig import Rig
from tests.workflows.script import Script
from workflows.policies import CPU_QUEUE, GPU_QUEUE, QUICK_QUEUE
from workflows.video_pipeline import VideoPipeline

BUILD = {"WORKER_DEPLOYMENT": "video-pipeline", "WORKER_BUILD_ID": "build-7"}


async def make_current(client: Client) -> None:
    """Makes the build current with the operator's command, once its workers are registered."""
    temporal = program("temporal")
    assert temporal is not None
    command = [temporal, "worker", "deployment", "set-current-version", "--yes", "--allow-no-pollers"]
    command += ["--deployment-name", "video-pipeline", "--build-id", "build-7"]
    command += ["--address", client.service_client.config.target_host]
    for _ in range(60):
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        await asyncio.sleep(0.5)
    raise AssertionError(done.stderr)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """Rig on its own server, because a current build takes all new tasks of its queues."""
    with temporal_server(tmp_path / "server.log") as address:
        yield Rig(await Client.connect(address), Script())


async def test_a_task_stays_with_the_build_that_began_it(rig: Rig, tmp_path: Path) -> None:
    settings = read_worker(CPU_QUEUE, {**BUILD, "SCRATCH_DIR": str(tmp_path)})
    activities = rig.script.activities()
    with ThreadPoolExecutor(8) as threads:
        workers = [
            build_worker(rig.client, settings, Service(queue, 4, activities, workflows), threads)
            for queue, workflows in ((CPU_QUEUE, [VideoPipeline]), (QUICK_QUEUE, []), (GPU_QUEUE, []))
        ]
        runs = [asyncio.create_task(worker.run()) for worker in workers]
        try:
            await make_current(rig.client)
            handle = await rig.start(rig.request())
            await asyncio.wait_for(handle.result(), 60)
            versioning = (await handle.describe()).raw_description.workflow_execution_info.versioning_info
        finally:
            for worker in workers:
                await worker.shutdown()
            await asyncio.gather(*runs)

    assert versioning.deployment_version.build_id == "build-7"
    assert versioning.behavior == 1  # pinned
