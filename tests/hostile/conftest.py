"""Fixtures of the hostile corpus: job folders, the canary outside them, and the probing process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# A fixture: the real API in a process of its own.
from tests.contract.http.test_upload_streaming import server  # noqa: F401
from tests.contract.media.recipes import RECIPES, ffmpeg
from tests.hostile.canary import Canary, running_canary
from tests.hostile.corpus.case import Site
from tests.hostile.prober import Judged

ROOT = Path(__file__).parents[2]


class Prober:
    """Client of the probing process, which must never end by itself."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def judge(self, source_path: Path) -> Judged:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{source_path}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the probing process has ended with {self._process.wait()}"
        return Judged(**json.loads(answer))


@pytest.fixture(scope="session")
def prober() -> Iterator[Prober]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.prober"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        yield Prober(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=60) == 0


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="session")
def canary(workspace: Path) -> Iterator[Canary]:
    outside = workspace / "outside"
    outside.mkdir()
    with running_canary(outside) as canary:
        yield canary


@pytest.fixture(scope="session")
def site(workspace: Path, canary: Canary) -> Site:
    folder = workspace / "ingredients"
    folder.mkdir()

    def clip(name: str) -> Path:
        path = folder / name
        if not path.exists():
            ffmpeg(*RECIPES[name], str(path))
        return path

    return Site(folder, canary.secret, canary.tcp_port, canary.udp_port, clip)


@pytest.fixture
def job_path(workspace: Path) -> Path:
    """Returns a new job folder, which is removed with the test's temporary folder."""
    path = workspace / "jobs" / str(len(list((workspace / "jobs").glob("*"))))
    path.mkdir(parents=True)
    return path
