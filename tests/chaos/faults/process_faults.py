"""Failpoints of processes: killed, ended, frozen and thawed, deployed anew, with a clock that jumps."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psutil

from tests.chaos.scene import Scene
from tests.chaos.world import World

Act = Callable[[Scene], None]
Around = Callable[[Scene], AbstractContextManager[None]]

_HALF_AN_HOUR_S = 1800


def ends_by(name: str, number: signal.Signals) -> Act:
    """A signal that ends the process; its supervisor starts it anew."""

    def act(scene: Scene) -> None:
        process = _concrete(scene, name)
        pid = scene.stack.pid(process)
        assert pid is not None
        scene.stack.kill(process, number)
        with scene.fault(process=process, pid=pid, signal=number.name):
            scene.stack.wait_restarted(process, pid)

    return act


def freezes(name: str, shortest_s: float, longest_s: float) -> Act:
    """SIGSTOP, a while, SIGCONT: the process alone, or its children with it as when a machine freezes."""

    def act(scene: Scene) -> None:
        process = _concrete(scene, name)
        family = scene.world.family(process)
        frozen = family if scene.rng.random() < 0.5 else family[:1]
        _signal(frozen, signal.SIGSTOP)
        try:
            with scene.fault(process=process, frozen=[one.pid for one in frozen]):
                scene.pause(shortest_s, longest_s)
        finally:
            _signal(frozen, signal.SIGCONT)

    return act


def _concrete(scene: Scene, name: str) -> str:
    return scene.busy_worker() if name == "worker_cpu" else name


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def deploys(change: Callable[[str], str]) -> Act:
    """Changed workflow code goes live while the task runs, and another task follows."""

    def act(scene: Scene) -> None:
        tree = scene.world.copy_of_code(f"code-{scene.senders[0].key}")
        workflow = tree / "workflows" / "video_pipeline.py"
        workflow.write_text(change(workflow.read_text()))
        scene.struck(code=str(tree))
        for name in cpu_workers(scene.world):
            scene.world.change_launch(name, f"cd '{tree}'\n")
            scene.world.restart(name)
        scene.healed()
        scene.send(scene.job, f"{scene.senders[0].key}-after").accepted()

    return act


@contextmanager
def rolled_back(scene: Scene) -> Iterator[None]:
    """The code as it was, from the trial's end on."""
    try:
        yield
    finally:
        for name in cpu_workers(scene.world):
            scene.world.change_launch(name, "")
            scene.world.restart(name)


def harmless(code: str) -> str:
    """A comment more."""
    return f"{code}\n# A later version.\n"


def incompatible_but_marked(code: str) -> str:
    """A timer at the very start, where running tasks have none: only the version marker makes it right."""
    start = re.compile(r'(    async def run\(self, request: PipelineRequest\)[^\n]*\n +""".*?"""\n)', re.S)
    timer = '        if workflow.patched("chaos"):\n            await workflow.sleep(0.01)\n'
    changed, count = start.subn(lambda found: found.group(1) + timer, code)
    assert count == 1, "the workflow no longer begins as this change expects"
    return changed


def clock_jumps(names: Callable[[World], list[str]], direction: int) -> Act:
    """The wall clock of some processes is wrong by more than a signature bears, and right again later."""

    def act(scene: Scene) -> None:
        offset_s = direction * scene.rng.randint(_HALF_AN_HOUR_S, 3 * _HALF_AN_HOUR_S)
        clock = scene.world.clock
        clock.move(offset_s)
        try:
            with scene.fault(clock=offset_s, processes=names(scene.world)):
                scene.pause(3, 8)
        finally:
            clock.move(0)

    return act


def with_clock(names: Callable[[World], list[str]]) -> Around:
    """The processes run on a clock that can be moved, for the length of a trial."""

    @contextmanager
    def around(scene: Scene) -> Iterator[None]:
        scene.world.clock.move(0)
        script = "".join(
            f"export {name}='{value}'\n" for name, value in scene.world.clock.environment.items()
        )
        try:
            for name in names(scene.world):
                scene.world.change_launch(name, script)
                scene.world.restart(name)
            yield
        finally:
            for name in names(scene.world):
                scene.world.change_launch(name, "")
                scene.world.restart(name)

    return around


def cancels(scene: Scene) -> None:
    """Its owner no longer wants it."""
    task_id = scene.task_id()
    scene.struck(cancel=task_id)
    if task_id is None:
        return
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s:
        answer = scene.world.http.post(f"/video/{task_id}/cancel")
        scene.journal.note(
            "cancelled", task_id=task_id, http=answer.status_code, code=answer.json().get("code")
        )
        if answer.status_code in (202, 409):
            break
        time.sleep(0.5)
    scene.healed()


def the_api(_: World) -> list[str]:
    return ["api"]


def cpu_workers(world: World) -> list[str]:
    return [name for name in world.workers() if name.startswith("worker_cpu")]
