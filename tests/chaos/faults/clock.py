"""A wall clock that can be moved for some processes only, while they run.

libfaketime 0.9.10 was tried first: after a jump Python's own `sleep` failed with EINVAL, which is a fault
of the tool and none of ours. So this is a small library that is compiled here and preloaded.
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
    """Right until it is moved. `folder` keeps the library and the offset."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._library = folder / "clock.so"
        self._offset = folder / "offset"
        self.move(0)
        compile_it = ["cc", "-O1", "-shared", "-fPIC", "-o", str(self._library), str(_SOURCE)]
        subprocess.run(compile_it, check=True, stdin=subprocess.DEVNULL, capture_output=True)

    def move(self, offset_s: int) -> None:
        """In place: the processes have the file mapped."""
        with self._offset.open("r+b" if self._offset.exists() else "wb") as file:
            file.write(struct.pack("@l", offset_s))

    @property
    def environment(self) -> dict[str, str]:
        """With it, a process runs on this clock; what it starts does so only if it inherits it."""
        return {"LD_PRELOAD": str(self._library), "CHAOS_CLOCK": str(self._offset)}
