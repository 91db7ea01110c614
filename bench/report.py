"""Report of a run: a table with a row for each result, its goal and its raw figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

COLUMNS = ("benchmark", "figure", "goal", "raw figures")


@dataclass(frozen=True)
class Row:
    """One result. `goal` is empty where none is set; `kept` is True when it was reached."""

    benchmark: str
    figure: str
    raw: str
    goal: str = ""
    kept: bool = True

    @property
    def cells(self) -> tuple[str, str, str, str]:
        goal = self.goal if self.kept else f"{self.goal} (missed)"
        return self.benchmark, self.figure, goal, self.raw


def print_table(rows: Sequence[Row], machine: str, console: Console) -> None:
    table = Table(*COLUMNS, title="Benchmarks", caption=machine, show_lines=True)
    for row in rows:
        table.add_row(*row.cells, style="" if row.kept else "red")
    console.print(table)


def as_markdown(rows: Sequence[Row], machine: str) -> str:
    lines = [COLUMNS, ("---",) * len(COLUMNS), *(row.cells for row in rows)]
    table = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
    return f"{table}\n\n{machine}\n"


def ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs > 0 else "not measurable"
