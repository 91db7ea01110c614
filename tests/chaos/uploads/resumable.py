"""Trial of resumable uploads: kills the API at random moments, and resumes with a tus client.

`python -m tests.chaos.uploads.resumable` kills it a hundred times and prints the results.
"""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
from rich.console import Console
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
from tusclient.uploader import Uploader

from domain.storage.resumable import part_bytes
from tests.chaos.uploads.killed_api import PATIENCE_S, Stand
from tests.unit.api.uploads.tus.requests import CHUNK, MIB, TUS, film

SIZE_BYTES = 40 * MIB
# Sizes of the client's requests: small, not a part's size, a part's size, the whole file.
_CHUNKS = (MIB // 2 + 7, 3 * MIB + 1, 5 * MIB, 8 * MIB, None)


class TrackedFile:
    """File that records how far it was read, and calls a function once at a mark."""

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


@dataclass
class Outcome:
    """Result of one upload. `again_bytes` has the bytes that had to be sent again after each kill."""

    seed: int
    chunk_bytes: int | None
    with_checksum: bool
    again_bytes: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def check(self, *, holds: bool, otherwise: str) -> None:
        if not holds:
            self.violations.append(otherwise)


def run(stand: Stand, seed: int, kills: int) -> Outcome:
    """One upload with `kills` kills, the last of them when all bytes are sent."""
    chance = random.Random(seed)
    content = film(SIZE_BYTES + seed)
    chunk_bytes = _CHUNKS[seed % len(_CHUNKS)]
    outcome = Outcome(seed, chunk_bytes, chunk_bytes is not None and seed % 3 == 0)
    rows, tasks = len(stand.rows()), stand.tasks()
    sent = TrackedFile(content)
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
    deadline_s = time.monotonic() + PATIENCE_S
    while stand.tasks() < tasks + 1 and time.monotonic() < deadline_s:
        time.sleep(0.2)
    outcome.check(holds=stand.tasks() == tasks + 1, otherwise=f"{stand.tasks() - tasks} tasks came of it")
    return outcome


class _OneRequest(Uploader):
    """Uploader in one request that streams the file; the client's own would hold it in memory."""

    def upload_chunk(self) -> None:
        self.file_stream.seek(self.offset)
        headers = {**CHUNK, "Upload-Offset": str(self.offset)}
        try:
            answer = requests.patch(self.url, data=self.file_stream, headers=headers, timeout=PATIENCE_S)
        except requests.RequestException as error:
            raise TusCommunicationError(error) from error
        self.offset = int(answer.headers.get("upload-offset", self.offset))


def _uploader(stand: Stand, outcome: Outcome, sent: TrackedFile, url: str | None = None) -> Uploader:
    kind = _OneRequest if outcome.chunk_bytes is None else Uploader
    return kind(
        client=TusClient(f"{stand.api.url}/files/"),
        file_stream=sent,
        url=url,
        chunk_size=outcome.chunk_bytes or SIZE_BYTES,
        metadata={"filename": "holiday.mp4", "subtitle_mode": "none"},
        upload_checksum=outcome.with_checksum,
    )


def _interrupted(
    stand: Stand, outcome: Outcome, sent: TrackedFile, url: str, mark: int, late_s: float
) -> None:
    """Send until the API is killed, `late_s` after the client read the byte at `mark`."""
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
        with suppress(TusUploadFailed, TusCommunicationError):
            uploader.upload()
        assert dead.wait(PATIENCE_S), "the API was not killed"
    stand.api.start()
    headers = _head(url)
    offset = headers.get("upload-offset")
    assert offset is not None, f"the upload is unknown: {headers}"
    confirmed, found = uploader.offset, int(offset)
    outcome.offsets.append(found)
    outcome.again_bytes.append(sent.taken_bytes - found)
    outcome.check(
        holds=confirmed <= found <= sent.taken_bytes,
        otherwise=f"offset {found} is not between {confirmed} (confirmed) and {sent.taken_bytes} (sent)",
    )
    # Bytes that the client has sent and the API has not received are in the kernel's buffers.
    unseen_bytes = _in_the_kernel() if outcome.chunk_bytes is None else 0
    outcome.check(
        holds=sent.taken_bytes - found <= part_bytes(SIZE_BYTES) + unseen_bytes,
        otherwise=f"{sent.taken_bytes - found} bytes must be sent again",
    )


def _in_the_kernel() -> int:
    """Largest size of a connection's buffers in the kernel, at both ends."""
    return sum(
        int(Path(f"/proc/sys/net/ipv4/{name}").read_text().split()[2]) for name in ("tcp_wmem", "tcp_rmem")
    )


def _head(url: str) -> dict[str, str]:
    answer = requests.head(url, headers=TUS, timeout=PATIENCE_S)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return {"status": str(answer.status_code), **headers}


def _judge(stand: Stand, outcome: Outcome, url: str, content: bytes) -> None:
    headers = _head(url)
    row = stand.catalogue.by_task(headers.get("task-id", ""))
    if row is None:
        outcome.violations.append(f"no task came of the upload: {headers}")
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
    # A multipart upload whose creation was interrupted leaves unknown parts; the sweep removes them.
    stand.store.remove_prefix(row.source_key.rpartition("/")[0] + "/")


def main() -> int:
    """Ten uploads with ten kills each."""
    console = Console(highlight=False, soft_wrap=True)
    outcomes = []
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="video-pipeline-kills-") as folder, Stand(Path(folder)) as stand:
        for seed in range(10):
            outcomes.append(run(stand, seed, kills=10))
            _show(outcomes[-1], console)
    wrong = [outcome for outcome in outcomes if outcome.violations]
    console.print(
        f"{sum(len(outcome.again_bytes) for outcome in outcomes)} kills in "
        f"{(time.monotonic() - started_s) / 60:.1f} min, {len(outcomes)} uploads of {SIZE_BYTES // MIB} MiB: "
        f"{len(wrong)} wrong."
    )
    for label, chosen in (
        ("in requests of at most a part", [each for each in outcomes if each.chunk_bytes]),
        ("in one request, with what the kernel held", [each for each in outcomes if not each.chunk_bytes]),
    ):
        again = [count / MIB for outcome in chosen for count in outcome.again_bytes]
        console.print(
            f"Sent again after a kill, {label}: at most {max(again):.2f} MiB, on average "
            f"{sum(again) / len(again):.2f} MiB ({len(again)} kills)."
        )
    return 1 if wrong else 0


def _show(outcome: Outcome, console: Console) -> None:
    mark = "[red]wrong[/red]" if outcome.violations else "[green]right[/green]"
    way = f"requests of {outcome.chunk_bytes} bytes" if outcome.chunk_bytes else "one request"
    console.print(
        f"{mark}  seed {outcome.seed}: {way}{' with checksum' if outcome.with_checksum else ''}, offsets "
        f"{outcome.offsets}, sent again {outcome.again_bytes}"
    )
    for violation in outcome.violations:
        console.print(f"       {violation}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
