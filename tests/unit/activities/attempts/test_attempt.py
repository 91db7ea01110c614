"""Attempt: its scratch folder, its prefix, and its end."""

from __future__ import annotations

from dataclasses import replace
from errno import ENOSPC
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.testing import ActivityEnvironment

from activities.attempts.attempt import open_attempt
from domain.attempts.heartbeat import HeartbeatDetails
from domain.errors import StoreUnavailable


def environment() -> ActivityEnvironment:
    env = ActivityEnvironment()
    env.info = replace(env.info, activity_id="downscale.1", attempt=3)
    return env


def test_an_attempt_has_a_folder_and_a_place_in_the_store_of_its_own(tmp_path: Path) -> None:
    def work() -> tuple[Path, str]:
        with open_attempt(tmp_path, "task-1") as attempt:
            (attempt.scratch_path / "picture.mp4").write_bytes(b"x")
            return attempt.scratch_path, attempt.key("picture.mp4")

    scratch_path, key = environment().run(work)

    assert key == "temp/task-1/downscale.1/3/picture.mp4"
    assert not scratch_path.exists()


def test_a_fault_leaves_no_file_and_keeps_its_name(tmp_path: Path) -> None:
    def work() -> None:
        with open_attempt(tmp_path, "task-1") as attempt:
            (attempt.scratch_path / "half.mp4").write_bytes(b"x")
            raise StoreUnavailable("The store answered 503.")

    with pytest.raises(ApplicationError) as failure:
        environment().run(work)

    assert failure.value.type == "StoreUnavailable"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named_and_worth_another_attempt(tmp_path: Path) -> None:
    def work() -> None:
        with open_attempt(tmp_path, "task-1"):
            raise OSError(ENOSPC, "No space left on device")

    with pytest.raises(ApplicationError) as failure:
        environment().run(work)

    assert failure.value.type == "ScratchFull"
    assert failure.value.non_retryable is False


def test_a_cancelled_attempt_stops_at_its_next_check(tmp_path: Path) -> None:
    env = environment()

    def work() -> None:
        with open_attempt(tmp_path, "task-1") as attempt:
            env.cancel()
            attempt.progress.check()

    with pytest.raises(CancelledError):
        env.run(work)


def test_a_stopping_worker_gives_the_attempt_back_for_another_one(tmp_path: Path) -> None:
    env = environment()

    def work() -> None:
        with open_attempt(tmp_path, "task-1") as attempt:
            env.worker_shutdown()
            attempt.progress.check()

    with pytest.raises(ApplicationError) as failure:
        env.run(work)

    assert failure.value.type == "AttemptDrained"
    assert failure.value.non_retryable is False


def test_progress_is_reported_and_never_goes_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.attempts.attempt._HEARTBEAT_EVERY_S", 0.0)
    env = environment()
    heartbeats: list[HeartbeatDetails] = []
    env.on_heartbeat = heartbeats.append

    def work() -> None:
        with open_attempt(tmp_path, "task-1") as attempt:
            attempt.part(0.0, 0.5).advance(0.5)
            attempt.part(0.0, 0.5).advance(0.1)
            attempt.part(0.5, 1.0).advance(0.5)

    env.run(work)

    assert [details.fraction for details in heartbeats] == [0.25, 0.25, 0.75]
