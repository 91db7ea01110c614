"""An upload by a client of others goes on through kills of the API.

`make chaos` kills it a hundred times.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.killed_api import Stand
from tests.chaos.resumable import run

pytestmark = pytest.mark.chaos


def test_an_upload_that_is_killed_eight_times_becomes_one_task_with_the_right_bytes(tmp_path: Path) -> None:
    with Stand(tmp_path) as stand:
        outcome = run(stand, seed=1, kills=8)

    assert outcome.violations == []
    assert len(outcome.again_bytes) == 8
