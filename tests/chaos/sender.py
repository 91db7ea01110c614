"""Clients of a trial: a sender and a watcher that retry through every fault."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import IO, cast

import httpx

from tests.chaos.jobs import Job
from tests.chaos.verification.checker import ENDED
from tests.chaos.verification.journal import Journal

_RETRY_AFTER_S = 0.5
_POLL_EVERY_S = 0.4
PATIENCE_S = 300.0


class NeverAccepted(Exception):
    """An upload was not accepted after all retries."""


class Sender(threading.Thread):
    """Sends one upload until it is accepted, with the same idempotency key each time.

    With `hold_at` the first try pauses at this share of the bytes until `release`.
    """

    def __init__(self, url: str, job: Job, key: str, journal: Journal, hold_at: float | None = None) -> None:
        super().__init__(name=f"sender of {key}", daemon=True)
        self.key = key
        self.held = threading.Event()
        self._go_on = threading.Event()
        self._url = url
        self._job = job
        self._journal = journal
        self._hold_at = hold_at
        self._task_id: str | None = None

    def release(self) -> None:
        self._go_on.set()

    def accepted(self) -> str:
        """Wait for acceptance; returns the task's id."""
        self.join(PATIENCE_S + 60)
        if self._task_id is None:
            raise NeverAccepted(f"{self.key} was not accepted within {PATIENCE_S:.0f} s")
        return self._task_id

    def run(self) -> None:
        self._journal.note("sent", key=self.key, job=self._job.name)
        deadline_s = time.monotonic() + PATIENCE_S
        with httpx.Client(base_url=self._url, timeout=60) as http:
            while self._task_id is None and time.monotonic() < deadline_s:
                self._send(http)

    def _send(self, http: httpx.Client) -> None:
        with _HeldFile(self._job.path, self._hold_at, self.held, self._go_on) as file:
            self._hold_at = None
            try:
                answer = http.post(
                    "/video/upload",
                    files={"file": (self._job.path.name, cast(IO[bytes], file))},
                    data=self._job.fields,
                    headers={"Idempotency-Key": self.key},
                )
            except httpx.TransportError as error:
                self._journal.note("unanswered", key=self.key, error=repr(error))
                time.sleep(_RETRY_AFTER_S)
                return
        document = answer.json()
        self._journal.note(
            "answered",
            key=self.key,
            http=answer.status_code,
            task_id=document.get("task_id"),
            code=document.get("code"),
        )
        if answer.status_code == 202:
            self._task_id = document["task_id"]
        else:
            time.sleep(_RETRY_AFTER_S)


class _HeldFile:
    """File whose reading pauses at a share of its bytes."""

    def __init__(
        self, path: Path, hold_at: float | None, held: threading.Event, go_on: threading.Event
    ) -> None:
        self._file = path.open("rb")
        self._hold_from = None if hold_at is None else int(hold_at * path.stat().st_size)
        self._held = held
        self._go_on = go_on

    def __enter__(self) -> _HeldFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        if self._hold_from is not None and self._file.tell() >= self._hold_from:
            self._hold_from = None
            self._held.set()
            self._go_on.wait(30)
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


class Watcher(threading.Thread):
    """Polls the status of a task from its acceptance on. Records every answer, not lost connections."""

    def __init__(self, url: str, sender: Sender, journal: Journal) -> None:
        super().__init__(name=f"watcher of {sender.key}", daemon=True)
        self.task_id = ""
        self.parked: str | None = None
        self.ending: str | None = None
        self._url = url
        self._sender = sender
        self._journal = journal
        self._enough = threading.Event()

    def finish(self) -> None:
        """Poll once more, which would show an end state that changes, and stop."""
        self._enough.set()
        self.join(60)

    def run(self) -> None:
        self.task_id = self._sender.accepted()
        with httpx.Client(base_url=self._url, timeout=30) as http:
            while not self._enough.wait(_POLL_EVERY_S):
                self._ask(http)
            self._ask(http)

    def _ask(self, http: httpx.Client) -> None:
        try:
            answer = http.get(f"/status/{self.task_id}")
        except httpx.TransportError:
            return
        document = answer.json()
        well = answer.status_code == 200
        self._journal.note(
            "asked",
            task_id=self.task_id,
            http=answer.status_code,
            status=document["status"] if well else document.get("code"),
            source=document.get("source"),
        )
        if not well:
            return
        failed = [name for name, stage in document["stages"].items() if stage["status"] == "failed"]
        self.parked = failed[0] if document["parked_until"] and failed else None
        self.ending = document["status"] if document["status"] in ENDED else None
