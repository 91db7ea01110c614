"""Parser of the operations page: its commands and their expected output."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
ELSEWHERE = "# elsewhere\n"

_BLOCK = re.compile(
    r"^```sh\n(?P<commands>.*?)^```\n(?:```text\n(?P<printed>.*?)^```\n)?", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    """Command block. In `printed`, the expected output, `…` matches anything and lines may be left out."""

    heading: str
    commands: tuple[str, ...]
    printed: tuple[str, ...]


def read_blocks(text: str) -> tuple[list[Block], list[str]]:
    """Blocks to run, and the commands that need another machine."""
    run, elsewhere = [], []
    for found in _BLOCK.finditer(text):
        heading = re.findall(r"^##+ (.*)$", text[: found.start()], re.MULTILINE)[-1]
        commands = found["commands"]
        if commands.startswith(ELSEWHERE):
            elsewhere += commands.removeprefix(ELSEWHERE).splitlines()
        else:
            printed = tuple((found["printed"] or "").splitlines())
            run.append(Block(heading, tuple(commands.splitlines()), printed))
    return run, elsewhere


def filled(text: str, names: Mapping[str, str]) -> str:
    """Text with every placeholder replaced by its value."""
    if not names:
        return text
    pattern = "|".join(rf"\b{name}\b" for name in sorted(names, key=len, reverse=True))
    return re.sub(pattern, lambda found: names[found[0]], text)


def missing(printed: str, shown: tuple[str, ...]) -> str | None:
    """First shown line that was not printed, in this order; None when all were."""
    rest = _squeezed(printed)
    for line in shown:
        pattern = ".*?".join(re.escape(part) for part in _squeezed(line).split("…"))
        found = re.search(pattern, rest)
        if found is None:
            return line
        rest = rest[found.end() :]
    return None


def _squeezed(text: str) -> str:
    """Text without colours and column padding, which depend on the tool and its data."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return "\n".join(" ".join(line.split()) for line in plain.strip().splitlines())
