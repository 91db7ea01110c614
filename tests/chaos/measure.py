"""Recovery times: retry after a worker's crash, hand-over at a drain, end of a cancelled task.

`python -m tests.chaos.measure` prints the raw figures beside the goals; `--quick` measures fewer.
Nothing is asserted: machines are shared.
"""

from __future__ import annotations

import signal
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from local.__main__ import main
from tests.chaos.system import System
from tests.chaos.temporal_state import Pending, pending_activities
from tests.chaos.verification.snapshot_collector import media_processes
from tests.e2e import media

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Found = TypeVar("Found")

_POLL_EVERY_S = 0.05
_GIVE_UP_S = 180.0


@app.command()
def measure(
    *,
    quick: Annotated[bool, typer.Option(help="Fewer of each.")] = False,
    times: Annotated[int, typer.Option(help="How many crashes and drains.")] = 10,
    cancels: Annotated[int, typer.Option(help="How many cancels.")] = 100,
) -> None:
    """Measure, and print each figure with its goal."""
    console = Console(highlight=False, soft_wrap=True)
    with (
        tempfile.TemporaryDirectory(prefix="video-pipeline-chaos-") as folder,
        System(Path(folder) / "system", console.print) as system,
    ):
        report(system, console, 2 if quick else times, 10 if quick else cancels)


def report(system: System, console: Console, times: int, cancels: int) -> None:
    """Measure on a running system, and print the figures."""
    clip = media.make(
        system.folder / "long.mp4",
        *media.picture(40, "1920x1200"),
        *(*media.silence(40), "-c:v", "libx264", "-preset", "ultrafast", "-g", "250", "-c:a", "aac"),
    )
    for what, goal, number in (
        ("retry after kill -9", "≤ 15 s", signal.SIGKILL),
        ("hand-over after SIGTERM", "≤ 5 s", signal.SIGTERM),
    ):
        _show(console, what, goal, [taken_over(system, clip, number) for _ in range(times)])
    _show(console, "cancel to no children", "≤ 5 s at p99", [cancelled(system, clip) for _ in range(cancels)])


def taken_over(system: System, clip: Path, number: signal.Signals) -> float:
    """Seconds from the signal to the encoding CPU worker until its activity is started again."""
    task_id = _upload(system, clip)
    before = _until(lambda: _encoding(system, task_id))
    process = system.process_named(before.identity)
    pid = system.stack.pid(process) if process else None
    assert process is not None
    assert pid is not None
    struck_s = time.time()
    system.stack.kill(process, number)
    after = _until(lambda: _next_attempt(system, task_id, before))
    system.stack.wait_restarted(process, pid)
    _cancel(system, task_id)
    return after.started_s - struck_s


def cancelled(system: System, clip: Path) -> float:
    """Seconds from the request to cancel until no media process runs."""
    task_id = _upload(system, clip)
    _until(lambda: _encoding(system, task_id))
    asked_s = time.monotonic()
    return _cancel(system, task_id) - asked_s


def _upload(system: System, clip: Path) -> str:
    with clip.open("rb") as file:
        answer = system.http.post(
            "/video/upload",
            files={"file": (clip.name, file)},
            data={"subtitle_mode": "none", "language": "en"},
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


def _cancel(system: System, task_id: str) -> float:
    """Cancel and wait for the end; returns the time at which no media process ran any more."""
    answer = system.http.post(f"/video/{task_id}/cancel")
    assert answer.status_code == 202, answer.text
    _until(lambda: not media_processes(system))
    gone_s = time.monotonic()
    _until(lambda: system.http.get(f"/status/{task_id}").json()["status"] == "cancelled")
    return gone_s


def _encoding(system: System, task_id: str) -> Pending | None:
    """An activity of a CPU worker that has run for a second, while its media process runs."""
    works = system.background.run(pending_activities(system, task_id))
    if not any("ffmpeg" in command for command in media_processes(system)):
        return None
    long = [work for work in works if work.runs and time.time() - work.started_s > 1]
    return next((work for work in long if work.identity.startswith("cpu@")), None)


def _next_attempt(system: System, task_id: str, before: Pending) -> Pending | None:
    works = system.background.run(pending_activities(system, task_id))
    same = (work for work in works if work.activity_id == before.activity_id)
    return next((work for work in same if work.runs and work.attempt > before.attempt), None)


def _until(condition: Callable[[], Found | None]) -> Found:
    deadline_s = time.monotonic() + _GIVE_UP_S
    while time.monotonic() < deadline_s:
        if found := condition():
            return found
        time.sleep(_POLL_EVERY_S)
    raise AssertionError(f"it did not happen within {_GIVE_UP_S:.0f} s")


def _show(console: Console, what: str, goal: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    # The 99th percentile: the smallest figure that 99 of 100 do not exceed.
    p99_s = ordered[-(-99 * len(ordered) // 100) - 1]
    console.print(
        f"{what}: n {len(ordered)}, median {ordered[len(ordered) // 2]:.2f} s, p99 {p99_s:.2f} s, "
        f"worst {ordered[-1]:.2f} s (goal {goal})"
    )
    console.print(f"  raw: {' '.join(f'{one:.2f}' for one in seconds)}")


if __name__ == "__main__":
    main(app)
