"""Prints a hash-pinned requirement list without the packages whose names match one of the given patterns."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path


def without(lines: Sequence[str], patterns: Sequence[str]) -> Iterator[str]:
    """The list's lines without the matching entries: a line `name==version` and its indented hashes."""
    kept = True
    for line in lines:
        if not line.startswith((" ", "\t")):
            name = line.partition("==")[0]
            kept = not any(fnmatchcase(name, pattern) for pattern in patterns)
        if kept:
            yield line


if __name__ == "__main__":
    sys.stdout.writelines(without(Path(sys.argv[1]).read_text().splitlines(keepends=True), sys.argv[2:]))
