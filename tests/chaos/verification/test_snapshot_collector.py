"""Detection of left-over files in the scratch folder."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.verification.snapshot_collector import left_in_scratch


def test_folders_of_running_workers_and_their_cached_sources_are_not_left_over(tmp_path: Path) -> None:
    for name in ("cpu/10-1/sources/first", "cpu/10-1/sources/second"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert left_in_scratch(tmp_path, {10}) == []


def test_files_of_attempts_of_ended_workers_and_of_others_are_left_over(tmp_path: Path) -> None:
    for name in ("cpu/10-1/task-1/picture.mp4", "cpu/11-1/sources/first", "balloon"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for name in "abc":
        (tmp_path / "cpu/10-1/sources" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "cpu/10-1/sources" / name).touch()

    assert left_in_scratch(tmp_path, {10}) == [
        "balloon",
        "cpu/10-1/sources/c",
        "cpu/10-1/task-1",
        "cpu/10-1/task-1/picture.mp4",
        "cpu/11-1",
    ]
