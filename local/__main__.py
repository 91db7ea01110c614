"""Commands behind `make up`, `make down`, `make demo` and the other targets of the local stack."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from local.backup import back_up
from local.backup import restore as restore_backup
from local.demo import run_demo
from local.faults import LocalFault
from local.settings import REPOSITORY_PATH, StackSettings, load_running, read_settings
from local.stack import Stack
from local.tool_list import MODEL_TOOLS, RUN_TOOLS, TEST_TOOLS
from local.tools import Toolbox

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.command()
def tools(*, for_tests: bool = False, for_models: bool = False) -> None:
    """Install the programs that the product runs, or those that its tests or demo models need."""
    if for_models:
        Toolbox().install(MODEL_TOOLS, print)
    else:
        Toolbox().install(TEST_TOOLS if for_tests else RUN_TOOLS, print)


@app.command()
def up() -> None:
    """Start the whole product and leave it running."""
    settings = read_settings()
    Toolbox().install(RUN_TOOLS, print)
    stack = Stack(settings, report=print)
    started = stack.up()
    shown = load_running(settings)
    print("The product is up." if started else "The product is up already.")
    _show_urls(shown)


@app.command()
def down() -> None:
    """Stop everything; its state stays in the data folder."""
    stopped = Stack(load_running(read_settings()), report=print).down()
    print("Everything is stopped." if stopped else "Nothing was running.")


@app.command()
def status() -> None:
    """Show every process. Exit code 0 when all of them run."""
    settings = load_running(read_settings())
    stack = Stack(settings)
    statuses = stack.statuses()
    for process in statuses.values():
        pid = f"process {process.pid}, up {process.up_s} s" if process.pid else ""
        print(f"{process.name:12} {process.state.value.lower():10} {pid}".rstrip())
    if not statuses:
        print("The product is not up: `make up` starts it.")
        raise typer.Exit(1)
    _show_urls(settings)
    raise typer.Exit(0 if stack.is_up() else 1)


@app.command()
def logs(
    name: Annotated[str, typer.Argument(help="temporal, s3, api, worker_cpu or worker_gpu")],
    lines: int = 50,
    *,
    follow: bool = False,
) -> None:
    """Print the end of a process's log."""
    stack = Stack(load_running(read_settings()))
    path = stack.settings.log_path / f"{name}.log"
    if not path.exists():
        raise LocalFault(f"There is no log of {name!r} in {stack.settings.log_path}.")
    print("\n".join(stack.log_tail(name, lines)))
    with path.open(errors="replace") as file:
        file.seek(0, 2)
        while follow:
            print(file.read(), end="", flush=True)
            time.sleep(0.5)


@app.command()
def backup() -> None:
    """Copy the whole state into a new folder of BACKUP_DIR (.backups), also while the product runs."""
    backups_path = Path(os.environ.get("BACKUP_DIR") or REPOSITORY_PATH / ".backups").absolute()
    back_up(Stack(load_running(read_settings()), report=print), backups_path, print)


@app.command()
def restore(
    backup_path: Annotated[Path, typer.Argument(help="the folder that `make backup` printed")],
) -> None:
    """Restore a backup where there is no state yet, as on a new machine."""
    restore_backup(read_settings(), backup_path.absolute(), print)


@app.command()
def demo() -> None:
    """Send a clip through the whole product, check the result, and leave nothing running."""
    run_demo(read_settings().data_path / "demo")


def _show_urls(settings: StackSettings) -> None:
    print(f"  HTTP interface  {settings.api_url}  (its documents: {settings.api_url}/docs)")
    print(f"  Temporal Web UI {settings.web_ui_url}")
    print(f"  S3 server       {settings.s3_url}  (keys: {settings.data_path / 'secrets.json'})")
    print(f"  Logs            {settings.log_path}")
    small = "small models for the demo clips only; MODELS=… names real ones"
    print(f"  Models          {settings.models}{f' ({small})' if settings.models == 'demo' else ''}")


def _exit_on_signal(number: int, _: FrameType | None) -> None:
    """Signal handler: exits through every `finally`, so that the started processes are stopped."""
    raise SystemExit(128 + number)


def main(command: Callable[[], None] = app) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit_on_signal)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a stream replaced by a test has it too
    try:
        command()
    except LocalFault as fault:
        print(f"Error: {fault}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
