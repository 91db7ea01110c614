"""Every file of the corpus in a real worker, which must survive them all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from adapters.object_store import S3ObjectStore
from domain.messages.stages import ProbeInput
from tests.contract.store.servers import s3_server
from tests.hostile.canary import Canary
from tests.hostile.conftest import ROOT
from tests.hostile.corpus import CASES
from tests.hostile.corpus.case import TAKEN, Site
from tests.hostile.judging import Judging
from tests.servers.temporal_server import temporal_server
from workflows.policies import QUICK_QUEUE


@dataclass
class RunningWorker:
    """Worker process with its servers."""

    worker: subprocess.Popen[bytes]
    address: str
    store: S3ObjectStore
    scratch_path: Path
    log_path: Path


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorker]:
    folder = tmp_path_factory.mktemp("worker")
    scratch_path, log_path = folder / "scratch", folder / "worker.log"
    with s3_server("versitygw", folder) as settings, temporal_server(folder / "temporal.log") as address:
        store = S3ObjectStore(settings)
        store.ensure_bucket()
        environment = {
            **os.environ,
            "TEMPORAL_ADDRESS": address,
            "S3_ENDPOINT": settings.endpoint,
            "S3_ACCESS_KEY": settings.access_key,
            "S3_SECRET_KEY": settings.secret_key,
            "S3_BUCKET": settings.bucket,
            "DATABASE_URL": f"sqlite:///{folder}/catalogue.db",
            "SCRATCH_DIR": str(scratch_path),
            "WORKER_CONCURRENCY": "1",
        }
        with log_path.open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "worker_cpu.main"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            yield RunningWorker(worker, address, store, scratch_path, log_path)
        finally:
            worker.terminate()
            worker.wait(timeout=60)


async def test_a_worker_outlives_the_whole_corpus(stage: RunningWorker, site: Site, canary: Canary) -> None:
    requests = {
        case.name: ProbeInput(
            f"task-{number}", stage.store.put(f"videos/{number}/source", case.make(site), "video/mp4")
        )
        for number, case in enumerate(CASES)
    }
    canary.disturbed()
    client = await Client.connect(stage.address)

    async with Worker(
        client, task_queue="judging", workflows=[Judging], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        judgements = await client.execute_workflow(
            Judging.run, args=[QUICK_QUEUE, requests], id="judging", task_queue="judging"
        )

    # The probe accepts files that fail only when they are decoded.
    right = {case.name: case.codes | {TAKEN} for case in CASES}
    wrong = [judged for judged in judgements if judged.code not in right[judged.name]]
    assert wrong == []
    assert len(judgements) == len(CASES)
    assert canary.disturbed() == []
    assert stage.worker.poll() is None, stage.log_path.read_text()
    _until_childless(stage.worker.pid)
    assert [path for path in stage.scratch_path.rglob("*") if path.is_file()] == []


def test_the_workers_log_states_the_sandbox_of_media_processes(stage: RunningWorker) -> None:
    log = stage.log_path.read_text()

    assert '"event": "media processes are confined"' in log
    assert "system call filter" in log


def _until_childless(pid: int) -> None:
    deadline_s = time.monotonic() + 60
    while children := psutil.Process(pid).children(recursive=True):
        assert time.monotonic() < deadline_s, children
        time.sleep(0.1)
