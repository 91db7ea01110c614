"""`make demo`: sends a clip through the whole product, shows its progress and checks the result."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.markup import escape

from cli.api import Answer, Api, UploadOptions
from cli.display import StageBoard, transfer
from cli.faults import CliFault
from cli.watching import Verdict, follow, verdict
from local.clip import Clip, read_clip
from local.demo_check import Finding, check_result, transcript_text
from local.faults import LocalFault, ResultWrong, StackBusy
from local.ports import free_ports, require_free
from local.settings import REPOSITORY_PATH, Ports, StackSettings
from local.stack import Stack
from local.tool_list import RUN_TOOLS
from local.tools import Toolbox

CLIP_PATH = REPOSITORY_PATH / "models" / "demo" / "clip" / "demo.mp4"


def run_demo(data_path: Path) -> None:
    """Run the demo; nothing stays running. Raises a `LocalFault` unless the result is right."""
    console = Console(highlight=False, soft_wrap=True)
    Toolbox().install(RUN_TOOLS, console.print)
    clip = read_clip(CLIP_PATH)
    with _only_demo(data_path):
        settings = _fresh_settings(data_path)
        console.print("[bold]Starting the product[/bold] (everything is stopped at the end)")
        stack = Stack(settings, report=lambda line: console.print(f"  {escape(line)}"))
        try:
            stack.up()
            status = _send(settings, clip, console)
        except CliFault as fault:
            raise LocalFault(fault.line) from fault
        finally:
            _stop(stack, console)
    _show_result(status, data_path / "result", console)
    _report_findings(check_result(status, data_path / "result", clip), console)


def _send(settings: StackSettings, clip: Clip, console: Console) -> Answer:
    """Upload the clip, follow its task to the end, and fetch its files."""
    console.print(f"Temporal Web UI: {settings.web_ui_url}   HTTP interface: {settings.api_url}/docs")
    with Api(settings.api_url) as api:
        with transfer(console, clip.path.name) as report:
            task_id = api.upload(clip.path, UploadOptions(), None, report)["task_id"]
        console.print(f"[bold]Task[/bold] {task_id}")
        with StageBoard(console) as board:
            for status in follow(api, task_id):
                board.show(status)
        if verdict(status) is not Verdict.COMPLETED:
            raise ResultWrong(f"The task ended as {verdict(status).value}: {_fault_of(status)}")
        folder = settings.data_path / "result"
        for name, link in status["links"].items():
            with transfer(console, name) as report:
                api.download(link, folder / Path(name).name, report)
    return status


def _fault_of(status: Answer) -> str:
    faults = [status.get("error"), *(stage.get("error") for stage in status["stages"].values())]
    return next((f"{fault['code']}: {fault['message']}" for fault in faults if fault), "no reason was given")


def _show_result(status: Answer, folder: Path, console: Console) -> None:
    result = status["result"]
    console.print(f"[bold]Language[/bold]   {result['language']}")
    console.print(f"[bold]Animals[/bold]    {', '.join(result['animals_detected'])}")
    console.print("[bold]Subtitles[/bold]")
    for line in transcript_text(folder / "subtitles.vtt"):
        console.print(f"  {escape(line)}")
    console.print(f"[bold]Final video[/bold] {escape(str(folder / 'final.mp4'))}")


def _report_findings(findings: list[Finding], console: Console) -> None:
    for finding in findings:
        mark = "[green]right[/green]" if finding.right else "[red]wrong[/red]"
        console.print(f"{mark}  {escape(finding.text)}")
    wrong = [finding.text for finding in findings if not finding.right]
    if wrong:
        raise ResultWrong(f"The result differs from what the clip contains: {'; '.join(wrong)}.")


def _fresh_settings(data_path: Path) -> StackSettings:
    """The demo's own empty data folder, and the usual ports unless one of them is taken."""
    settings = StackSettings(data_path)
    if data_path.exists():
        Stack(settings).down()  # processes that a killed demo left
        shutil.rmtree(data_path)
    ports = settings.ports
    uses = {"api": ports.api, "temporal": ports.temporal, "web ui": ports.web_ui, "s3": ports.s3}
    uses |= {"cpu metrics": ports.cpu_metrics, "gpu metrics": ports.gpu_metrics}
    try:
        require_free(settings.host, uses)
    except LocalFault:
        return replace(settings, ports=Ports(*free_ports(settings.host, 6)))
    return settings


def _stop(stack: Stack, console: Console) -> None:
    console.print("Stopping everything that was started …")
    # A second Ctrl-C would leave half of it running.
    previous_handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        stack.down()
    finally:
        signal.signal(signal.SIGINT, previous_handler)


@contextmanager
def _only_demo(data_path: Path) -> Iterator[None]:
    data_path.parent.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(data_path.with_name(f"{data_path.name}.lock")).acquire(blocking=False)
    except Timeout as error:
        raise StackBusy(f"Another demo is running in {data_path}; wait for it.") from error
    with held:
        yield
