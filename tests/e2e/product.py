"""Client of the product under test: HTTP calls, and access to its store, processes and logs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil
from minio import Minio

from local.stack import Stack
from tests.contract.media.looks import command_line

Answer = dict[str, Any]
ENDED = ("completed", "failed", "cancelled")


class Product:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.http = httpx.Client(base_url=stack.settings.api_url, timeout=60)
        env = stack.environment
        self.bucket = env["S3_BUCKET"]
        self.store = Minio(
            env["S3_ENDPOINT"], env["S3_ACCESS_KEY"], env["S3_SECRET_KEY"], secure=False, region="us-east-1"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def send(self, clip: Path, name: str = "", key: str | None = None, **fields: str) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        with clip.open("rb") as file:
            return self.http.post(
                "/video/upload", files={"file": (name or clip.name, file)}, data=fields, headers=headers
            )

    def upload(self, clip: Path, **fields: str) -> str:
        """Upload the clip; returns the new task's id."""
        answer = self.send(clip, **fields)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    def status(self, task_id: str, **headers: str) -> Answer:
        answer = self.http.get(f"/status/{task_id}", headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def until(self, task_id: str, true: Callable[[Answer], bool], within_s: float = 180) -> Answer:
        """Poll the status until the condition is true; returns that status."""
        deadline_s = time.monotonic() + within_s
        while True:
            status = self.status(task_id)
            if true(status):
                return status
            assert time.monotonic() < deadline_s, f"not within {within_s} s; the last status: {status}"
            time.sleep(0.2)

    def ended(self, task_id: str) -> Answer:
        """Poll until the task has ended or is parked; returns its status."""
        return self.until(task_id, lambda status: status["status"] in ENDED or status["parked_until"])

    def completed(self, task_id: str) -> Answer:
        status = self.ended(task_id)
        assert status["status"] == "completed", status
        return status

    def download(self, task_id: str, name: str, folder: Path) -> Path:
        answer = self.http.get(f"/video/{task_id}/files/{name}")
        assert answer.status_code == 200, answer.text
        target = folder / name
        target.write_bytes(answer.content)
        return target

    def keys(self, prefix: str) -> list[str]:
        found = self.store.list_objects(self.bucket, prefix, recursive=True)
        return [str(entry.object_name) for entry in found]

    def media_processes(self) -> list[str]:
        """Command lines of this stack's running media tools."""
        found = []
        for name in ("worker_cpu", "worker_gpu"):
            pid = self.stack.pid(name)
            if pid is not None:
                children = psutil.Process(pid).children(recursive=True)
                found += [" ".join(words) for child in children if (words := command_line(child))]
        return found
