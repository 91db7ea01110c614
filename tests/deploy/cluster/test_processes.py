"""A trial waits for its processes, reports those that end early, and ends all of them."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from local.cluster.processes import Processes
from local.faults import StartFailed

SLEEPER = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"


def test_a_process_that_ends_while_it_starts_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import sys; sys.exit('no such data folder')"]

    with (
        Processes(tmp_path) as processes,
        pytest.raises(StartFailed, match=r"(?s)etcd ended with code 1\..*no such data folder"),
    ):
        processes.start("etcd", argv, ready=lambda: False)


def test_a_process_that_is_not_ready_in_time_is_reported(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes, pytest.raises(StartFailed, match="etcd was not ready after 0 s"):
        processes.start("etcd", [sys.executable, "-c", SLEEPER], ready=lambda: False, within_s=0)


def test_nothing_runs_after_the_trial_even_if_it_fails(tmp_path: Path) -> None:
    log_path = tmp_path / "etcd.log"
    with pytest.raises(StartFailed), Processes(tmp_path) as processes:
        processes.start("etcd", [sys.executable, "-c", SLEEPER], ready=lambda: bool(log_path.read_text()))
        raise StartFailed

    assert not psutil.pid_exists(int(log_path.read_text()))
