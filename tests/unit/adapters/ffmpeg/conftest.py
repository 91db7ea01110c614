"""Fixtures of the FFmpeg adapter tests."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def job_path(tmp_path: Path) -> Path:
    """Folder of one job, with files beside it that the job must not reach."""
    path = tmp_path / "job"
    path.mkdir()
    (tmp_path / "secret").write_text("hunter2")
    return path
