"""Generated requests to the HTTP interface, valid and invalid by its document: none causes a server error.

The product is real: API, Temporal, store, catalogue and a CPU worker; only the models are not there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from adapters.catalogue import Catalogue, CatalogueSettings, NewVideo, connect
from adapters.object_store import S3ObjectStore
from api.access.callers import OWNER
from domain.messages.stages import RecordInput
from domain.tasks.state import TaskOutcome, TaskState, TaskStatus
from tests.contract.store.servers import s3_server
from tests.servers.product_process import ROOT, product_environment, running, running_api
from tests.servers.temporal_server import temporal_server
from tests.unit.api.forms import video

HERE = Path(__file__).parent
COMPLETED = "task-" + "c" * 32


@dataclass(frozen=True)
class Product:
    url: str
    tasks: tuple[str, ...]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("fuzz")
    with ExitStack() as stack:
        temporal = stack.enter_context(temporal_server(folder / "temporal.log"))
        store = replace(stack.enter_context(s3_server("versitygw", folder)), bucket="fuzz")
        environment = product_environment(store, temporal, folder)
        unlimited = dict.fromkeys(("RATE_LIMIT", "UPLOAD_RATE_LIMIT", "QUOTA_RUNNING_TASKS"), "0")
        url = stack.enter_context(running_api({**environment, **unlimited}, folder / "api.log"))
        stack.enter_context(running("worker_cpu.main", environment, folder / "worker_cpu.log"))
        stack.enter_context(running("tests.fuzz.gpu_stand_in", environment, folder / "gpu.log"))
        catalogue = Catalogue(connect(CatalogueSettings(environment["DATABASE_URL"])))
        _add_completed(catalogue, S3ObjectStore(store), folder)
        yield Product(url, (COMPLETED, _running_task(url, folder)))


def _add_completed(catalogue: Catalogue, store: S3ObjectStore, folder: Path) -> None:
    """Adds a task whose result can be downloaded."""
    path = folder / "final.mp4"
    path.write_bytes(video(5_000))
    with path.open("rb") as content:
        final = store.put_stream(content, "videos/transcoded/c/final.mp4", "video/mp4")
    catalogue.add(NewVideo("c", COMPLETED, OWNER, "holiday.mp4", final, 1_700_000_000_000_000))
    outcome = TaskOutcome(final.key, "fr", 0.98, ("cat",), None, {"final.mp4": final.key})
    state = TaskState(COMPLETED, TaskStatus.COMPLETED, 1_700_000_100_000_000, outcome=outcome)
    catalogue.record(RecordInput("c", state, final=final))


def _running_task(url: str, folder: Path) -> str:
    """Uploads a real video, whose task waits for a missing model; returns the task's id."""
    clip = folder / "clip.mp4"
    source = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=1"]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *source, str(clip)], check=True)
    with clip.open("rb") as content:
        answer = httpx.post(f"{url}/video/upload", files={"file": content}, timeout=60)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


def test_two_thousand_generated_requests_are_answered_as_documented(product: Product, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "requests.toml")),
            *("run", f"{product.url}/openapi.json", "--no-color", "--max-examples", "330"),
            *("--phases", "examples,coverage,fuzzing", "--checks", "all", "--no-shrink"),
            *("--report", "har", "--report-har-path", str(tmp_path / "asked.har")),
        ],
        # No database of earlier examples: every run makes the same requests.
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.fuzz.request_hooks",
            "FUZZ_TASKS": " ".join(product.tasks),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    asked = json.loads((tmp_path / "asked.har").read_text())["log"]["entries"]
    statuses = Counter(entry["response"]["status"] for entry in asked)
    assert sum(statuses.values()) >= 2_000, statuses
    assert not [status for status in statuses if status >= 500 or status < 200], statuses
    # Some requests must succeed.
    assert statuses[200] > 100, statuses
    assert statuses[202] > 0, statuses
