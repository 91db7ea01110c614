"""Progress display: bars on a terminal, plain lines elsewhere.

Progress goes to standard error; standard output has only the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

from cli.api import Answer
from cli.api import Progress as Report

_SHORTEST_ETA_S = 10
_COLOURS = {"completed": "green", "failed": "red", "cancelled": "yellow", "running": "cyan"}


class StageBoard:
    """Display of a task's stages: a progress bar each on a terminal; elsewhere a line for each change."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars: dict[str, TaskID] = {}
        self._printed: dict[str, tuple[str, int]] = {}
        self._progress = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TextColumn("{task.fields[state]}"),
            console=console,
        )

    def __enter__(self) -> StageBoard:
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._progress.stop()

    def show(self, status: Answer) -> None:
        for name, stage in status["stages"].items():
            if self._console.is_terminal:
                self._update_bar(name, stage)
            else:
                self._print_change(name, stage)

    def _update_bar(self, name: str, stage: Answer) -> None:
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(name, total=100, state="")
        state = stage["status"]
        colour = _COLOURS.get(state, "dim")
        self._progress.update(
            self._bars[name],
            completed=stage["progress"],
            state=f"[{colour}]{state}[/{colour}]{_attempt_and_eta(stage)}",
        )

    def _print_change(self, name: str, stage: Answer) -> None:
        # Tens of percent, so that a log is not filled with every step.
        state = (stage["status"], stage["progress"] // 10)
        if self._printed.get(name) != state:
            self._printed[name] = state
            self._console.print(
                f"{name:<20} {stage['progress']:>3} %  {stage['status']}{_attempt_and_eta(stage)}",
                highlight=False,
            )


def _attempt_and_eta(stage: Answer) -> str:
    """Text beside the bar: the attempt's number from the second on, and the remaining time."""
    attempt = stage.get("attempt") or 0
    text = f" (attempt {attempt})" if attempt > 1 else ""
    eta_s = stage.get("eta_seconds")
    if eta_s is not None and eta_s >= _SHORTEST_ETA_S:
        text += f" {timedelta(seconds=round(eta_s))} left"
    return text


@contextmanager
def transfer(console: Console, title: str, *, shown: bool = True) -> Iterator[Report]:
    """Progress bar of a transfer; draws nothing unless on a terminal."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not (shown and console.is_terminal),
    )
    with progress:
        bar = progress.add_task(title.replace("[", r"\["), total=None)

        def report(done_bytes: int, total_bytes: int) -> None:
            progress.update(bar, completed=done_bytes, total=total_bytes)

        yield report
