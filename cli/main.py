"""The command `video-pipeline`: its sub-commands, options and exit codes.

0: done. 1: the task failed, was cancelled or waits for a retry, or `doctor` found a fault.
2: the command could not be carried out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer
from rich.markup import escape

from cli.api import Api, UploadOptions
from cli.display import StageBoard, transfer
from cli.doctor import diagnose
from cli.faults import CliFault
from cli.options import HERE, AsJson, TaskId, Token, Url
from cli.printing import Printer
from cli.resumable import send
from cli.watching import follow, verdict

app = typer.Typer(
    help="Sends videos through the pipeline and fetches the results.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class SubtitleMode(StrEnum):
    """`soft`: a track that can be switched on; `burn`: drawn into the picture; `none`: no subtitles."""

    SOFT = "soft"
    BURN = "burn"
    NONE = "none"


class Status(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@app.command()
def upload(
    file: Annotated[Path, typer.Argument(help="The video to send.")],
    url: Url = HERE,
    token: Token = "",
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the task has ended.")] = False,
    subtitle_mode: Annotated[SubtitleMode | None, typer.Option(help="How subtitles are added.")] = None,
    language: Annotated[str | None, typer.Option(help="The spoken language, such as fr.")] = None,
    max_height: Annotated[
        int | None, typer.Option(help="The greatest height of the result, in lines.")
    ] = None,
    webhook: Annotated[
        str | None, typer.Option(help="An address that is called when the task has ended.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Idempotency key: the same key again gives the first task.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send a video and start its task."""
    with _api(url, token, as_json=as_json) as (api, printer):
        options = UploadOptions(subtitle_mode, language, max_height, webhook)
        with transfer(printer.progress, file.name, shown=not as_json) as report:
            accepted = send(api, token, file, options, key, report)
        task_id = accepted["task_id"]
        if wait:
            if not as_json:
                printer.progress.print(f"Task {escape(task_id)}")
            _watch(api, printer, task_id, every_change=False)
        elif as_json:
            printer.document(accepted)
        else:
            printer.say(f"Task {task_id} is {accepted['status']}.")
            printer.say(f"`video-pipeline status {task_id} --watch` shows its progress, and so does")
            printer.say(api.page(task_id))


@app.command()
def status(
    task_id: TaskId,
    url: Url = HERE,
    token: Token = "",
    watch: Annotated[bool, typer.Option("--watch", help="Show its progress until it has ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a task's state and progress."""
    with _api(url, token, as_json=as_json) as (api, printer):
        if watch:
            _watch(api, printer, task_id, every_change=True)
            return
        now = api.status(task_id)
        printer.task(now, api.page(task_id), with_stages=True)
        sys.exit(verdict(now).exit_code)


@app.command("list")
def list_tasks(
    url: Url = HERE,
    token: Token = "",
    status: Annotated[Status | None, typer.Option(help="Only tasks in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The most tasks to show.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the newest tasks."""
    with _api(url, token, as_json=as_json) as (api, printer):
        printer.tasks(api.tasks(status, limit))


@app.command()
def download(
    task_id: TaskId,
    names: Annotated[
        list[str] | None, typer.Argument(help="The files to fetch; all of them if none is named.")
    ] = None,
    url: Url = HERE,
    token: Token = "",
    folder: Annotated[
        Path | None,
        typer.Option("--dir", help="The folder to put them in; named after the task if not given."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the files of a task."""
    with _api(url, token, as_json=as_json) as (api, printer):
        links = api.status(task_id).get("links") or {}
        if not links and not names:
            raise CliFault("FileUnknown", f"Task {task_id} has no files yet.", "`status` shows its progress.")
        target = folder or Path(task_id)
        for name in names or links:
            if name not in links or name != PurePosixPath(name).name:
                raise CliFault(
                    "FileUnknown", f"Task {task_id} has no file {name!r}.", f"It has: {', '.join(links)}."
                )
        fetched = []
        for name in names or links:
            path = target / name
            with transfer(printer.progress, name, shown=not as_json) as report:
                api.download(links[name], path, report)
            fetched.append({"name": name, "path": str(path), "size_bytes": path.stat().st_size})
            if not as_json:
                printer.say(str(path))
        if as_json:
            printer.document({"task_id": task_id, "files": fetched})


@app.command()
def cancel(task_id: TaskId, url: Url = HERE, token: Token = "", as_json: AsJson = False) -> None:
    """Stop a task; its intermediate files are removed."""
    with _api(url, token, as_json=as_json) as (api, printer):
        answer = api.cancel(task_id)
        if as_json:
            printer.document(answer)
        else:
            printer.say(f"Task {task_id} was asked to stop.")


@app.command()
def retry(
    task_id: TaskId,
    stage: Annotated[str, typer.Argument(help="The stage that failed and waits.")],
    url: Url = HERE,
    token: Token = "",
    as_json: AsJson = False,
) -> None:
    """Try a failed stage again; the finished stages are not repeated."""
    with _api(url, token, as_json=as_json) as (api, printer):
        answer = api.retry(task_id, stage)
        if as_json:
            printer.document(answer)
        else:
            printer.say(f"Stage {stage} of task {task_id} is tried again.")


@app.command()
def doctor(url: Url = HERE, token: Token = "", as_json: AsJson = False) -> None:
    """Check every component of the installation and say how to fix faults."""
    with _api(url, token, as_json=as_json) as (api, printer):
        parts = diagnose(api)
        printer.parts(parts)
        sys.exit(0 if all(part.ok for part in parts) else 1)


def _watch(api: Api, printer: Printer, task_id: str, *, every_change: bool) -> None:
    """Show a task until it has ended or is parked, and exit with its exit code.

    As JSON, write the last state, and with `every_change` also each one before it.
    """
    last = None
    if printer.as_json:
        for now in follow(api, task_id):
            changed = last is None or (now["status"], now["stages"]) != (last["status"], last["stages"])
            if every_change and changed:
                printer.document(now)
            last = now
        if not every_change and last is not None:
            printer.document(last)
    else:
        with StageBoard(printer.progress) as board:
            for now in follow(api, task_id):
                board.show(now)
                last = now
        if last is not None:
            printer.task(last, api.page(task_id), with_stages=False)
    sys.exit(verdict(last).exit_code if last else 2)


@contextmanager
def _api(url: str, token: str, *, as_json: bool) -> Iterator[tuple[Api, Printer]]:
    """An open connection; an expected fault in the block becomes one line and exit code 2."""
    printer = Printer(as_json=as_json)
    try:
        with Api(url, token) as api:
            yield api, printer
    except CliFault as fault:
        if as_json:
            printer.document(fault.document)
        printer.progress.print(f"[red]Error:[/red] {escape(fault.line)}")
        sys.exit(2)
    except OSError as error:
        # The disk is full, or a folder may not be written to.
        printer.progress.print(f"[red]Error:[/red] {escape(str(error))}")
        sys.exit(2)
    except KeyboardInterrupt:
        printer.progress.print("Interrupted; a task that was started continues.")
        sys.exit(130)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
