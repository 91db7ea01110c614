"""A resumable upload by a third-party client continues after kills of the API.

`make chaos` kills it a hundred times.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.uploads.killed_api import Stand
from tests.chaos.uploads.resumable import run

pytestmark = pytest.mark.chaos


# Requests smaller than a part; and a single request, whose parts are stored as they arrive.
@pytest.mark.parametrize(("seed", "chunk_bytes"), [(1, 3 * 1024 * 1024 + 1), (4, None)])
def test_an_upload_that_is_killed_eight_times_becomes_one_task_with_the_right_bytes(
    tmp_path: Path, seed: int, chunk_bytes: int | None
) -> None:
    with Stand(tmp_path) as stand:
        outcome = run(stand, seed, kills=8)

    assert outcome.violations == []
    assert outcome.chunk_bytes == chunk_bytes
    assert len(outcome.again_bytes) == 8
