"""S3 servers on free ports over a scratch folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from adapters.object_store import StoreSettings
from tests.servers.ports import free_port

_TOOLS = Path(__file__).parents[3] / ".tools" / "bin"
ACCESS_KEY = "contract-access"
SECRET_KEY = "contract-secret-key"


def program(name: str) -> str | None:
    """Path of the server's program: from PATH, else from the tools that the product built."""
    local = _TOOLS / name
    return shutil.which(name) or (str(local) if local.exists() else None)


@contextmanager
def s3_server(name: str, scratch_path: Path) -> Iterator[StoreSettings]:
    """Run `versitygw` or `minio` until the block ends."""
    binary = program(name)
    assert binary is not None, f"{name} is not built"
    port = free_port()
    address = f"127.0.0.1:{port}"
    stored = scratch_path / f"{name}-objects"
    stored.mkdir()
    commands = {
        "versitygw": [binary, "--quiet", "--port", address, "posix", str(stored)],
        "minio": [
            binary,
            "server",
            "--quiet",
            "--address",
            address,
            "--console-address",
            f"127.0.0.1:{free_port()}",
            str(stored),
        ],
    }
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(scratch_path),
        "ROOT_ACCESS_KEY": ACCESS_KEY,
        "ROOT_SECRET_KEY": SECRET_KEY,
        "MINIO_ROOT_USER": ACCESS_KEY,
        "MINIO_ROOT_PASSWORD": SECRET_KEY,
        "MINIO_UPDATE": "off",
    }
    log_path = scratch_path / f"{name}.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            commands[name], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        _wait_until_it_answers(address, process, log_path)
        yield StoreSettings(address, ACCESS_KEY, SECRET_KEY, bucket="contract")
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log_path: Path) -> None:
    deadline = time.monotonic() + 60
    with urllib3.PoolManager(retries=False, timeout=2.0) as pool:
        while True:
            assert process.poll() is None, log_path.read_text()
            assert time.monotonic() < deadline, f"no answer in a minute: {log_path.read_text()}"
            try:
                if pool.request("GET", f"http://{address}/").status < 500:
                    return
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(0.05)
