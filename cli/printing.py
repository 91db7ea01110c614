"""Output of the commands to standard output: one JSON document a line, or text for people."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.api import Answer
from cli.doctor import PartCheck
from cli.watching import Verdict, verdict

# Without a terminal rich would squeeze a table into 80 columns.
_WIDTH_OF_A_FILE = 240


class Printer:
    """Writer of results, for a program (`as_json`) or for a person."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = Console(highlight=False, soft_wrap=True)
        if not self._out.is_terminal:
            self._out.width = _WIDTH_OF_A_FILE
        self.progress = Console(stderr=True, highlight=False, soft_wrap=True)

    def document(self, document: Any) -> None:
        # Not through the console, which would wrap and colour it.
        print(json.dumps(document, ensure_ascii=False), flush=True)  # noqa: T201

    def say(self, text: str) -> None:
        self._out.print(escape(text))

    def task(self, status: Answer, page: str, *, with_stages: bool) -> None:
        if self.as_json:
            self.document(status)
            return
        if with_stages:
            self._out.print(_stage_table(status))
        for line in (*_summary(status), f"Page: {page}"):
            self.say(line)

    def tasks(self, tasks: list[Answer]) -> None:
        if self.as_json:
            self.document({"tasks": tasks})
            return
        table = Table(box=None, pad_edge=False)
        table.add_column("task", no_wrap=True)
        for heading in ("status", "file", "language", "animals", "created"):
            table.add_column(heading, overflow="fold")
        for task in tasks:
            cells = (
                task["task_id"],
                task["status"],
                task["filename"],
                task["language"] or "",
                ", ".join(task["animals_detected"]),
                task["created_at"][:19].replace("T", " "),
            )
            table.add_row(*(escape(str(cell)) for cell in cells))
        self._out.print(table if tasks else "There are no tasks.")

    def parts(self, parts: list[PartCheck]) -> None:
        if self.as_json:
            self.document({"parts": [part.document for part in parts]})
            return
        for part in parts:
            mark = "[green]ok[/green]   " if part.ok else "[red]wrong[/red]"
            self._out.print(f"{mark}  {escape(part.part):<28} {escape(part.detail)}")
            if not part.ok and part.mend:
                self._out.print(f"       {'':<28} → {escape(part.mend)}")


def _stage_table(status: Answer) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, stage in status["stages"].items():
        fault = stage.get("error")
        fault_text = f"{fault['code']}: {fault['message']}" if fault else ""
        table.add_row(name, stage["status"], f"{stage['progress']} %", escape(fault_text))
    return table


def _summary(status: Answer) -> list[str]:
    lines = [f"Task {status['task_id']} is {status['status']}."]
    result = status["result"]
    if status.get("error"):
        lines.append(f"{status['error']['code']}: {status['error']['message']}")
    if verdict(status) is Verdict.PARKED:
        lines += _parked(status)
    for name, stage in status["stages"].items():
        lines += [f"{name}: {remark}" for remark in stage.get("remarks", [])]
    if result["language"]:
        lines.append(f"Language: {result['language']}")
    if result["animals_detected"]:
        lines.append(f"Animals: {', '.join(result['animals_detected'])}")
    if status.get("links"):
        lines.append(f"Files: {', '.join(status['links'])}  (video-pipeline download {status['task_id']})")
    return lines


def _parked(status: Answer) -> list[str]:
    failed = [name for name, stage in status["stages"].items() if stage["status"] == "failed"]
    commands = [f"`video-pipeline retry {status['task_id']} {name}`" for name in failed]
    cancel = f"`video-pipeline cancel {status['task_id']}`"
    return [f"It waits until {status['parked_until'][:16]} UTC for {' or '.join([*commands, cancel])}."]
