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

NOT_MEASURED = "not measured"

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
            rows += rows_of(name, BENCHMARKS[name], workbench, progress)
    if markdown:
        print(as_markdown(rows, machine))
    else:
        print_table(rows, machine, Console())
    failed = [row.benchmark for row in rows if row.figure == NOT_MEASURED]
    if failed:
        progress.print(f"Not measured: {', '.join(failed)}.")
        raise typer.Exit(1)


def rows_of(
    name: str, measure: Callable[[Workbench], list[Row]], workbench: Workbench, progress: Console
) -> list[Row]:
    """The benchmark's rows, or one that says why there are none: the other benchmarks don't depend on it."""
    try:
        return measure(workbench)
    except RunFailed as fault:
        reason = str(fault)
    except Exception as error:
        progress.print_exception()
        reason = f"{type(error).__name__}: {error}"
    progress.print(f"{name} failed: {reason}")
    return [Row(name, NOT_MEASURED, reason, "to be measured", kept=False)]


if __name__ == "__main__":
    main(app)
