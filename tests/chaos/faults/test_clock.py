"""The movable clock shifts only the wall clock of a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chaos.faults.clock import MovableClock, compiler

pytestmark = pytest.mark.skipif(compiler() is None, reason="there is no C compiler")

_PRINT_TIMES = """
import json, sys, time
for _ in sys.stdin:
    before = time.monotonic()
    time.sleep(0.01)
    print(json.dumps([time.time(), before, time.monotonic()]), flush=True)
"""


def test_the_wall_clock_of_a_running_process_jumps_and_is_reset(tmp_path: Path) -> None:
    clock = MovableClock(tmp_path / "clock")
    process = subprocess.Popen(
        [sys.executable, "-c", _PRINT_TIMES],
        env={**os.environ, **clock.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    offsets_h = []
    for offset_s in (0, 3600, -7200, 0):
        clock.move(offset_s)
        process.stdin.write("now\n")
        process.stdin.flush()
        wall_s, before_s, after_s = json.loads(process.stdout.readline())
        offsets_h.append(round((wall_s - time.time()) / 3600))
        assert after_s > before_s
    process.communicate()

    assert offsets_h == [0, 1, -2, 0]
