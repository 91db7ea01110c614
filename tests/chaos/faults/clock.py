"""Wall clock that can be shifted for some running processes.

libfaketime 0.9.10 was tried first: after a jump Python's `sleep` failed with EINVAL, a fault of that tool.
So this is a small library that is compiled here and preloaded.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("clock.c")


def compiler() -> str | None:
    return shutil.which("cc")


class MovableClock:
    """Clock with an offset, at first 0. `folder` holds the library and the offset."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._library = folder / "clock.so"
        self._offset = folder / "offset"
        self.move(0)
        compile_it = ["cc", "-O1", "-shared", "-fPIC", "-o", str(self._library), str(_SOURCE)]
        subprocess.run(compile_it, check=True, stdin=subprocess.DEVNULL, capture_output=True)

    def move(self, offset_s: int) -> None:
        """Set the offset. The file is written in place, because the processes have it mapped."""
        with self._offset.open("r+b" if self._offset.exists() else "wb") as file:
            file.write(struct.pack("@l", offset_s))

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a process that runs on this clock, and of its children if they inherit it."""
        return {"LD_PRELOAD": str(self._library), "CHAOS_CLOCK": str(self._offset)}
