"""Process of the product as an installation runs it: by its main module, configured by its environment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from adapters.object_store import StoreSettings
from local.programs import answers
from tests.servers.ports import free_port

ROOT = Path(__file__).parents[2]


def product_environment(store: StoreSettings, temporal: str, folder: Path) -> dict[str, str]:
    """Environment of every process of one product, with catalogue and scratch files in `folder`."""
    return {
        "S3_ENDPOINT": store.endpoint,
        "S3_ACCESS_KEY": store.access_key,
        "S3_SECRET_KEY": store.secret_key,
        "S3_BUCKET": store.bucket,
        "DATABASE_URL": f"sqlite:///{folder}/catalogue.db",
        "SCRATCH_DIR": str(folder),
        "TEMPORAL_ADDRESS": temporal,
    }


@contextmanager
def running(module: str, environment: Mapping[str, str], log_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Runs the process; stops it at the end of the context, and fails if it does not stop."""
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running_api(environment: Mapping[str, str], log_path: Path) -> Iterator[str]:
    """Runs an API; yields its address once it answers."""
    with api_process(environment, log_path) as (url, _):
        yield url


@contextmanager
def api_process(
    environment: Mapping[str, str], log_path: Path
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Runs an API; yields its address and its process once it answers."""
    port = free_port()
    with running("api.main", {**environment, "API_PORT": str(port)}, log_path) as process:
        url = f"http://127.0.0.1:{port}"
        deadline_s = time.monotonic() + 60
        while not answers(f"{url}/health"):
            assert process.poll() is None, log_path.read_text()
            assert time.monotonic() < deadline_s, f"no answer in a minute: {log_path.read_text()}"
            time.sleep(0.1)
        yield url, process
