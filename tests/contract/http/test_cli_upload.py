"""Upload of a large file by the command line, with crashes of the API and of the command."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from adapters.catalogue import Catalogue, CatalogueSettings, VideoRow, connect
from adapters.object_store import S3ObjectStore, StoreSettings
from api.access.callers import OWNER
from cli.api import Api, UploadOptions
from cli.faults import NoAnswer, Refused
from cli.resumable import send
from local.programs import answers
from tests.contract.store.servers import s3_server
from tests.servers.ports import free_port
from tests.servers.product_process import ROOT
from tests.unit.api.uploads.tus.requests import MIB, TUS, film

SIZE = 30 * MIB


class Server:
    """API process with a fake Temporal; can be killed and restarted at the same address."""

    def __init__(self, store: StoreSettings, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.objects = S3ObjectStore(replace(store, bucket="streams"))

    def start(self) -> None:
        store = self._store
        arguments = [str(self._port), store.endpoint, store.access_key, store.secret_key]
        arguments += [str(self._folder / "catalogue.db"), str(100 * MIB)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.contract.http.upload_server", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
        )
        deadline_s = time.monotonic() + 120
        while not answers(f"{self.url}/health"):
            assert self._process.poll() is None
            assert time.monotonic() < deadline_s, "no answer in two minutes"
            time.sleep(0.1)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def videos(self) -> list[VideoRow]:
        with catalogue_in(self._folder) as catalogue:
            return catalogue.page(OWNER).videos

    def stored(self, row: VideoRow) -> bytes:
        return b"".join(self.objects.open_range(row.source_key, 0, row.size_bytes))


@contextmanager
def catalogue_in(folder: Path) -> Iterator[Catalogue]:
    engine = connect(CatalogueSettings(f"sqlite:///{folder}/catalogue.db"))
    yield Catalogue(engine)
    engine.dispose()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with s3_server("versitygw", tmp_path) as settings:
        server = Server(settings, tmp_path)
        server.start()
        yield server
        server.kill()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "video-pipeline" / "uploads"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "holiday.mp4"
    path.write_bytes(film(SIZE))
    return path


def nothing(_done: int, _total: int) -> None:
    pass


def upload(
    server: Server, path: Path, key: str | None = None, progress: Callable[[int, int], None] = nothing
) -> dict[str, object]:
    with Api(server.url) as api:
        return send(api, "", path, UploadOptions("none", "fr", 720), key, progress)


def test_a_large_file_is_sent_once_with_its_options_and_no_resume_state_stays(
    server: Server, large: Path, cache: Path
) -> None:
    seen: list[tuple[int, int]] = []

    answer = upload(server, large, progress=lambda done, total: seen.append((done, total)))

    [row] = server.videos()
    assert answer == {
        "task_id": row.task_id,
        "status": "queued",
        "status_url": f"/status/{row.task_id}",
    }
    assert (row.filename, row.source_sha256) == ("holiday.mp4", hashlib.sha256(film(SIZE)).hexdigest())
    assert (row.options["subtitle_mode"], row.options["max_height"]) == ("none", 720)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (SIZE, SIZE)
    assert list(cache.iterdir()) == []


def test_an_upload_continues_by_itself_after_a_restart_of_the_api(server: Server, large: Path) -> None:
    monotonic: list[int] = []
    restarts: list[threading.Thread] = []

    def progress(done: int, _total: int) -> None:
        monotonic.append(done)
        if done > 20 * MIB and not restarts:
            server.kill()
            restarts.append(threading.Thread(target=server.start))
            restarts[0].start()

    answer = upload(server, large, progress=progress)
    restarts[0].join()

    [row] = server.videos()
    assert answer["task_id"] == row.task_id
    assert server.stored(row) == film(SIZE)
    # The first block was sent once.
    assert monotonic.count(256 * 1024) == 1
    assert restarts


def test_the_webhook_address_is_sent_and_refused_where_webhooks_are_disabled(
    server: Server, large: Path
) -> None:
    options = UploadOptions(webhook_url="https://hooks.example/videos")

    with Api(server.url) as api, pytest.raises(Refused, match="sends no webhooks"):
        send(api, "", large, options, None, nothing)


def test_a_killed_command_continues_its_upload_when_it_is_run_again(
    server: Server, large: Path, cache: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "cli.main", "upload", str(large), "--api", server.url]
    command += ["--subtitle-mode", "none", "--language", "fr", "--max-height", "720"]
    first = subprocess.Popen(
        [sys.executable, "-c", _SLOW, *command[3:]],
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline_s = time.monotonic() + 120
    while stored_bytes(server, cache) < 8 * MIB:
        assert first.poll() is None
        assert time.monotonic() < deadline_s, "nothing has come in two minutes"
        time.sleep(0.05)
    first.kill()
    first.wait()
    assert len(list(cache.iterdir())) == 1
    seen: list[int] = []

    upload(server, large, progress=lambda done, _total: seen.append(done))

    [row] = server.videos()
    assert server.stored(row) == film(SIZE)
    assert seen[0] > 8 * MIB
    assert list(cache.iterdir()) == []


# The real command, which reads its file with pauses, so that the test can kill it in time.
_SLOW = """
import sys, time
import cli.files
read = cli.files.CountedFile.read
def slowly(self, size=-1):
    time.sleep(0.02)
    return read(self, size)
cli.files.CountedFile.read = slowly
from cli.main import app
app(sys.argv[1:])
"""


def stored_bytes(server: Server, cache: Path) -> int:
    """Returns the offset of the upload in the command's resume state."""
    addresses = [path.read_text() for path in cache.glob("*")]
    if not addresses or not addresses[0]:
        return 0
    return int(httpx.head(f"{server.url}{addresses[0]}", headers=TUS).headers["upload-offset"])


def test_a_large_file_that_is_no_video_is_refused_with_the_reason_and_no_resume_state_stays(
    server: Server, tmp_path: Path, cache: Path
) -> None:
    path = tmp_path / "song.mp4"
    path.write_bytes(b"la la la\n" * MIB)

    with pytest.raises(Refused, match="not like a video") as caught:
        upload(server, path)

    assert caught.value.code == "SourceTypeUnsupported"
    assert list(cache.iterdir()) == []


def test_a_repeated_key_returns_the_first_task_and_sends_nothing(server: Server, large: Path) -> None:
    seen: list[int] = []

    first = upload(server, large, key="one")
    second = upload(server, large, key="one", progress=lambda done, _total: seen.append(done))

    assert first == second
    assert seen == []


def test_an_unreachable_api_is_an_error_of_the_command(
    server: Server, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.resumable._PAUSES_S", (0.0, 0.0))
    server.kill()

    with pytest.raises(NoAnswer, match="No answer from"):
        upload(server, large)
