"""What is taken for left over in the scratch folder."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.judgement.evidence_collector import left_in_scratch


def test_living_workers_and_the_sources_that_they_keep_are_no_leftovers(tmp_path: Path) -> None:
    for name in ("cpu/10-1/sources/first", "cpu/10-1/sources/second"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert left_in_scratch(tmp_path, {10}) == []


def test_what_an_attempt_a_dead_worker_or_anybody_else_left_is_found(tmp_path: Path) -> None:
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
