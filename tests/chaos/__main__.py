"""`make chaos`: runs every failpoint with some seeds on one stack, and prints the results."""

from __future__ import annotations

import shutil
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.__main__ import main
from local.faults import SettingUnusable
from tests.chaos.faults.failpoints import FAILPOINTS
from tests.chaos.measure import report
from tests.chaos.system import System
from tests.chaos.trial import Outcome, Trials

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def chaos(
    names: Annotated[list[str] | None, typer.Argument(help=f"any of {', '.join(FAILPOINTS)}")] = None,
    *,
    seeds: Annotated[int, typer.Option(help="How many seeds, from 0.")] = 5,
    seed: Annotated[list[int] | None, typer.Option(help="Only these seeds.")] = None,
    figures: Annotated[bool, typer.Option(help="Measure recovery too, after every failpoint.")] = True,
    keep: Annotated[Path | None, typer.Option(help="A folder to copy journals and logs to.")] = None,
) -> None:
    """Inject faults into the running product, and check that nothing is lost, doubled or left over."""
    chosen = names or list(FAILPOINTS)
    unknown = [name for name in chosen if name not in FAILPOINTS]
    if unknown:
        raise SettingUnusable(f"No failpoint is called {unknown[0]!r}; they are {', '.join(FAILPOINTS)}.")
    numbers = seed or list(range(seeds))
    console = Console(highlight=False, soft_wrap=True)
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="video-pipeline-chaos-") as folder:
        try:
            with System(Path(folder) / "system", console.print) as system:
                outcomes = _run_all(Trials(system), chosen, numbers, console)
                if figures and not names and not seed:
                    report(system, console, times=5, cancels=100)
        finally:
            if keep is not None:
                _retain(Path(folder) / "system", keep)
    broken = [outcome for outcome in outcomes if outcome.violations]
    console.print(
        f"{len(outcomes)} trials in {(time.monotonic() - started_s) / 60:.1f} min: "
        f"{len(outcomes) - len(broken)} right, {len(broken)} wrong."
    )
    if broken or not outcomes:
        raise typer.Exit(1)


def _run_all(trials: Trials, names: list[str], seeds: list[int], console: Console) -> list[Outcome]:
    outcomes = []
    able = []
    for name in names:
        if lacks := FAILPOINTS[name].lacks(trials.system):
            console.print(f"[yellow]skipped[/yellow] {name}: {lacks}")
        else:
            able.append(name)
    # Seed by seed, so that an interrupted run has tried every failpoint.
    for seed, name in product(seeds, able):
        outcome = trials.run(FAILPOINTS[name], seed)
        outcomes.append(outcome)
        _show(outcome, console)
    return outcomes


def _show(outcome: Outcome, console: Console) -> None:
    mark = "[red]wrong[/red]" if outcome.violations else "[green]right[/green]"
    notes = f"  ({', '.join(outcome.notes)})" if outcome.notes else ""
    name = f"{outcome.failpoint} seed {outcome.seed}"
    console.print(f"{mark}  {name:32} {outcome.seconds:5.1f} s  {outcome.job:8} {outcome.moment}{notes}")
    for violation in outcome.violations:
        console.print(f"         {violation}", markup=False)
    if outcome.violations:
        again = f"python -m tests.chaos {outcome.failpoint} --seed {outcome.seed}"
        console.print(f"         again: {again}", markup=False)


def _retain(system_path: Path, target: Path) -> None:
    """Copy journals and logs, without the videos."""
    target.mkdir(parents=True, exist_ok=True)
    for path in (*system_path.glob("*.jsonl"), *(system_path / "stack" / "logs").glob("*.log")):
        shutil.copy2(path, target / path.name)


if __name__ == "__main__":
    main(app)
