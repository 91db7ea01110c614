"""Scratch folder of a worker."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from adapters.worker.scratch import worker_scratch


def test_a_worker_has_a_folder_while_it_lives(tmp_path: Path) -> None:
    with worker_scratch(tmp_path / "root") as folder:
        (folder / "clip").touch()
        assert folder.name.startswith(f"{os.getpid()}-")

    assert list((tmp_path / "root").iterdir()) == []


def test_folders_of_dead_workers_are_removed_and_those_of_live_ones_kept(tmp_path: Path) -> None:
    parent = psutil.Process(os.getppid())
    alive = tmp_path / f"{parent.pid}-{round(parent.create_time() * 1000)}"
    recycled = tmp_path / f"{parent.pid}-1"
    dead = tmp_path / "4194304-1000"
    for folder in (alive, recycled, dead):
        folder.mkdir()
        (folder / "clip").touch()

    with worker_scratch(tmp_path) as own:
        assert sorted(tmp_path.iterdir()) == sorted([alive, own])
