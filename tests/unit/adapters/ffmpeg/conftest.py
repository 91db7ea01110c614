from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def job_path(tmp_path: Path) -> Path:
    """The folder of one job, beside which lies what it must not touch."""
    path = tmp_path / "job"
    path.mkdir()
    (tmp_path / "secret").write_text("hunter2")
    return path
