"""Kills the API at random moments of resumable uploads, and sends on as their client would.

`python -m tests.chaos.resumable` does so a hundred times and prints what was found.
"""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from temporalio.client import Client
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from adapters.catalogue import Catalogue, CatalogueSettings, VideoRow, connect
from adapters.object_store import S3ObjectStore
from api.callers import OWNER
from domain.resumable import part_bytes
from local.programs import answers
from tests.chaos.background import Background
from tests.contract.store.servers import s3_server
from tests.product_process import ROOT, product_environment
from tests.temporal_server import free_port, temporal_server
from tests.unit.api.tus import MIB, TUS, film

SIZE_BYTES = 40 * MIB
_PATIENCE_S = 120.0
# How the client cuts the file: small, unlike a part, a part exactly.
_CHUNKS = (MIB // 2 + 7, 3 * MIB + 1, 5 * MIB, 8 * MIB)


class Sent:
    """A file that says how much of it was taken to be sent, and calls once when that reaches a mark."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0
        self._mark: tuple[int, Callable[[], None]] | None = None
        self.taken_bytes = 0

    def at(self, mark: int, call: Callable[[], None]) -> None:
        self._mark = (mark, call)

    def read(self, size: int = -1) -> bytes:
        end = len(self._content) if size < 0 else self._position + size
        piece = self._content[self._position : end]
        self._position += len(piece)
        self.taken_bytes = max(self.taken_bytes, self._position)
        if self._mark is not None and self._position >= self._mark[0]:
            _, call = self._mark
            self._mark = None
            call()
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset if whence == 0 else len(self._content) + offset
        return self._position

    def tell(self) -> int:
        return self._position


class KilledApi:
    """The API's own process, at one address through all of its lives."""

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
        deadline_s = time.monotonic() + _PATIENCE_S
        while not answers(f"{self.url}/health"):
            assert self._process.poll() is None, self._log_path.read_text()[-3000:]
            assert time.monotonic() < deadline_s, "the API does not come up again"
            time.sleep(0.1)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@dataclass
class Outcome:
    """What one upload went through. `again_bytes` is what had to be sent twice after each kill."""

    seed: int
    chunk_bytes: int
    with_checksum: bool
    again_bytes: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def check(self, *, holds: bool, otherwise: str) -> None:
        if not holds:
            self.violations.append(otherwise)


class Stand:
    """An API that can be killed, on a real Temporal, S3 server and database; up inside its `with` block."""

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
        """How many Temporal knows."""
        counted = self._background.run(self._temporal.count_workflows("WorkflowType = 'VideoPipeline'"))
        return int(counted.count)

    def rows(self) -> list[VideoRow]:
        return self.catalogue.page(OWNER, limit=200).videos


def run(stand: Stand, seed: int, kills: int) -> Outcome:
    """One upload through so many kills; the last of them comes when all bytes are under way."""
    chance = random.Random(seed)
    content = film(SIZE_BYTES + seed)
    outcome = Outcome(seed, chance.choice(_CHUNKS), chance.random() < 0.3)
    rows, tasks = len(stand.rows()), stand.tasks()
    sent = Sent(content)
    url = _uploader(stand, outcome, sent).create_url()
    marks = sorted(chance.randrange(1, len(content)) for _ in range(kills - 1))
    for mark in (*marks, len(content)):
        late_s = chance.uniform(0, 1.0 if mark == len(content) else 0.06)
        _interrupted(stand, outcome, sent, url, mark, late_s)
    _uploader(stand, outcome, sent, url).upload()
    _judge(stand, outcome, url, content)
    outcome.check(
        holds=len(stand.rows()) == rows + 1,
        otherwise=f"{len(stand.rows()) - rows} rows came of one upload",
    )
    deadline_s = time.monotonic() + _PATIENCE_S
    while stand.tasks() < tasks + 1 and time.monotonic() < deadline_s:
        time.sleep(0.2)
    outcome.check(holds=stand.tasks() == tasks + 1, otherwise=f"{stand.tasks() - tasks} tasks came of it")
    return outcome


def _uploader(stand: Stand, outcome: Outcome, sent: Sent, url: str | None = None):  # type: ignore[no-untyped-def]
    client = TusClient(f"{stand.api.url}/files/")
    return client.uploader(
        file_stream=sent,
        url=url,
        chunk_size=outcome.chunk_bytes,
        metadata={"filename": "holiday.mp4", "subtitle_mode": "none"},
        upload_checksum=outcome.with_checksum,
    )


def _interrupted(stand: Stand, outcome: Outcome, sent: Sent, url: str, mark: int, late_s: float) -> None:
    """Send until the API is killed, `late_s` after the client took the byte at `mark`."""
    dead = threading.Event()

    def kill() -> None:
        time.sleep(late_s)
        stand.api.kill()
        dead.set()

    uploader = _uploader(stand, outcome, sent, url)
    sent.taken_bytes = uploader.offset
    if uploader.offset >= mark:
        kill()
    else:
        sent.at(mark, threading.Thread(target=kill).start)
        try:
            uploader.upload()
        except (TusUploadFailed, TusCommunicationError):
            pass
        assert dead.wait(_PATIENCE_S), "nobody has killed the API"
    stand.api.start()
    offset = _head(url).get("upload-offset")
    assert offset is not None, "the upload is not known any more"
    confirmed, found = uploader.offset, int(offset)
    outcome.offsets.append(found)
    outcome.again_bytes.append(sent.taken_bytes - found)
    outcome.check(
        holds=confirmed <= found <= sent.taken_bytes,
        otherwise=f"offset {found} is not between {confirmed} (confirmed) and {sent.taken_bytes} (sent)",
    )
    outcome.check(
        holds=sent.taken_bytes - found <= part_bytes(SIZE_BYTES),
        otherwise=f"{sent.taken_bytes - found} bytes must be sent again",
    )


def _head(url: str) -> dict[str, str]:
    return {
        name.lower(): value for name, value in requests.head(url, headers=TUS, timeout=120).headers.items()
    }


def _judge(stand: Stand, outcome: Outcome, url: str, content: bytes) -> None:
    told = _head(url)
    row = stand.catalogue.by_task(told.get("task-id", ""))
    if row is None:
        outcome.violations.append(f"no task came of the upload: {told}")
        return
    expected = hashlib.sha256(content).hexdigest()
    digest = hashlib.sha256()
    for block in stand.store.open_range(row.source_key, 0, row.size_bytes):
        digest.update(block)
    outcome.check(holds=row.size_bytes == len(content), otherwise=f"the row says {row.size_bytes} bytes")
    outcome.check(holds=row.source_sha256 == expected, otherwise="the row's SHA-256 is wrong")
    outcome.check(holds=digest.hexdigest() == expected, otherwise="the object's SHA-256 is wrong")
    pieces = [found.key for found in stand.store.list_prefix("uploads/")]
    outcome.check(holds=not pieces, otherwise=f"{pieces} were left")
    strays = {upload.key for upload in stand.store.unfinished("")} - {row.source_key}
    outcome.check(holds=not strays, otherwise=f"{strays} were begun and left")
    # A beginning whose answer was killed with the API leaves parts that no one knows; the sweep takes them.
    stand.store.remove_prefix(row.source_key.rpartition("/")[0] + "/")


def main() -> int:
    """Ten uploads with ten kills each."""
    outcomes = []
    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="video-pipeline-kills-") as folder, Stand(Path(folder)) as stand:
        for seed in range(10):
            outcome = run(stand, seed, kills=10)
            outcomes.append(outcome)
            print(
                f"{'wrong' if outcome.violations else 'right'}  seed {seed}: chunks of {outcome.chunk_bytes} "
                f"bytes{' with checksum' if outcome.with_checksum else ''}, offsets {outcome.offsets}, "
                f"sent again {outcome.again_bytes}",
                flush=True,
            )
            for violation in outcome.violations:
                print(f"       {violation}", flush=True)
    again = [count for outcome in outcomes for count in outcome.again_bytes]
    wrong = [outcome for outcome in outcomes if outcome.violations]
    print(
        f"{len(again)} kills in {(time.monotonic() - begun_s) / 60:.1f} min, {len(outcomes)} uploads of "
        f"{SIZE_BYTES // MIB} MiB, {len(wrong)} wrong; sent again after a kill: at most "
        f"{max(again) / MIB:.2f} MiB, on average {sum(again) / len(again) / MIB:.2f} MiB."
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
