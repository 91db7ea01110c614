"""How fast the product recovers: retry after a worker's death, hand-over at a drain, end of a cancelled task.

`python -m tests.chaos.measure` prints the raw figures beside the goals; `--quick` takes fewer of them.
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
from tests.chaos.judgement.evidence_collector import media_processes
from tests.chaos.watcher import Pending, pending_works
from tests.chaos.world import World
from tests.e2e import media

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Found = TypeVar("Found")

_LOOK_EVERY_S = 0.05
_GIVE_UP_S = 180.0


@app.command()
def measure(
    *,
    quick: Annotated[bool, typer.Option(help="Fewer of each.")] = False,
    times: Annotated[int, typer.Option(help="How many deaths and drains.")] = 10,
    cancels: Annotated[int, typer.Option(help="How many cancels.")] = 100,
) -> None:
    """Print every figure, and the goal beside it."""
    console = Console(highlight=False, soft_wrap=True)
    with (
        tempfile.TemporaryDirectory(prefix="video-pipeline-chaos-") as folder,
        World(Path(folder) / "world", console.print) as world,
    ):
        report(world, console, 2 if quick else times, 10 if quick else cancels)


def report(world: World, console: Console, times: int, cancels: int) -> None:
    """Measure on a running world, and print."""
    clip = media.make(
        world.folder / "long.mp4",
        *media.picture(40, "1920x1200"),
        *(*media.silence(40), "-c:v", "libx264", "-preset", "ultrafast", "-g", "250", "-c:a", "aac"),
    )
    for what, goal, number in (
        ("retry after kill -9", "≤ 15 s", signal.SIGKILL),
        ("hand-over after SIGTERM", "≤ 5 s", signal.SIGTERM),
    ):
        _show(console, what, goal, [taken_over(world, clip, number) for _ in range(times)])
    _show(console, "cancel to no children", "≤ 5 s at p99", [cancelled(world, clip) for _ in range(cancels)])


def taken_over(world: World, clip: Path, number: signal.Signals) -> float:
    """From the signal to the CPU worker that encodes until its work is begun anew."""
    task_id = _upload(world, clip)
    before = _until(lambda: _encoding(world, task_id))
    process = world.process_named(before.identity)
    pid = world.stack.pid(process) if process else None
    assert process is not None
    assert pid is not None
    struck_s = time.time()
    world.stack.kill(process, number)
    after = _until(lambda: _next_attempt(world, task_id, before))
    world.stack.wait_restarted(process, pid)
    _cancel(world, task_id)
    return after.started_s - struck_s


def cancelled(world: World, clip: Path) -> float:
    """From the request to cancel until no media process works any more."""
    task_id = _upload(world, clip)
    _until(lambda: _encoding(world, task_id))
    asked_s = time.monotonic()
    return _cancel(world, task_id) - asked_s


def _upload(world: World, clip: Path) -> str:
    with clip.open("rb") as file:
        answer = world.http.post(
            "/video/upload",
            files={"file": (clip.name, file)},
            data={"subtitle_mode": "none", "language": "en"},
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


def _cancel(world: World, task_id: str) -> float:
    """The moment at which no media process was left; returns when the task is cancelled too."""
    answer = world.http.post(f"/video/{task_id}/cancel")
    assert answer.status_code == 202, answer.text
    _until(lambda: not media_processes(world))
    gone_s = time.monotonic()
    _until(lambda: world.http.get(f"/status/{task_id}").json()["status"] == "cancelled")
    return gone_s


def _encoding(world: World, task_id: str) -> Pending | None:
    """The work of a CPU worker that has lasted a second, while its media process runs."""
    works = world.background.run(pending_works(world, task_id))
    if not any("ffmpeg" in command for command in media_processes(world)):
        return None
    long = [work for work in works if work.runs and time.time() - work.started_s > 1]
    return next((work for work in long if work.identity.startswith("cpu@")), None)


def _next_attempt(world: World, task_id: str, before: Pending) -> Pending | None:
    works = world.background.run(pending_works(world, task_id))
    same = (work for work in works if work.activity_id == before.activity_id)
    return next((work for work in same if work.runs and work.attempt > before.attempt), None)


def _until(look: Callable[[], Found | None]) -> Found:
    deadline_s = time.monotonic() + _GIVE_UP_S
    while time.monotonic() < deadline_s:
        if found := look():
            return found
        time.sleep(_LOOK_EVERY_S)
    raise AssertionError(f"it did not happen within {_GIVE_UP_S:.0f} s")


def _show(console: Console, what: str, goal: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    # The smallest figure that 99 of 100 do not exceed.
    p99_s = ordered[-(-99 * len(ordered) // 100) - 1]
    console.print(
        f"{what}: n {len(ordered)}, median {ordered[len(ordered) // 2]:.2f} s, p99 {p99_s:.2f} s, "
        f"worst {ordered[-1]:.2f} s (goal {goal})"
    )
    console.print(f"  raw: {' '.join(f'{one:.2f}' for one in seconds)}")


if __name__ == "__main__":
    main(app)
