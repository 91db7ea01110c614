"""`make bench`: runs the benchmarks one after the other, and prints a table of the results."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.interface import load, paging, status, streaming
from bench.measure import RunFailed, load_line, machine_line
from bench.models import animals, subtitles
from bench.processing import chunks, history, pipeline, sandbox
from bench.report import Row, as_markdown, print_table
from bench.uploads import memory, throughput
from bench.workbench import Workbench
from local.__main__ import main
from local.faults import SettingUnusable

BENCHMARKS: dict[str, Callable[[Workbench], list[Row]]] = {
    # Benchmarks with their own processes come first: the product does not run yet.
    "animals": animals.measure,
    "subtitles": subtitles.measure,
    "sandbox": sandbox.measure,
    "pipeline": pipeline.measure,
    "history": history.measure,
    "upload_memory": memory.measure,
    "upload": throughput.measure,
    "status": status.measure,
    "load": load.measure,
    "streaming": streaming.measure,
    "paging": paging.measure,
    "chunks": chunks.measure,
}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help=f"any of {', '.join(BENCHMARKS)}")] = None,
    *,
    quick: Annotated[bool, typer.Option(help="Shorter inputs and single runs.")] = False,
    markdown: Annotated[bool, typer.Option(help="Print the table in Markdown.")] = False,
) -> None:
    """Run the benchmarks, and print each result with its goal and the raw figures."""
    chosen = names or list(BENCHMARKS)
    unknown = [name for name in chosen if name not in BENCHMARKS]
    if unknown:
        raise SettingUnusable(f"No benchmark is called {unknown[0]!r}; they are {', '.join(BENCHMARKS)}.")
    progress = Console(stderr=True, highlight=False)
    machine = f"{machine_line()} {load_line()}"
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory(prefix="video-pipeline-bench-") as folder,
        Workbench(Path(folder), quick=quick, report=progress.print) as workbench,
    ):
        for name in chosen:
            progress.print(f"Measuring {name} …")
            try:
                rows += BENCHMARKS[name](workbench)
            except RunFailed as fault:
                rows.append(Row(name, "not measured", str(fault), "to be measured", kept=False))
    if markdown:
        print(as_markdown(rows, machine))
    else:
        print_table(rows, machine, Console())
    if any(row.figure == "not measured" for row in rows):
        raise typer.Exit(1)


if __name__ == "__main__":
    main(app)
