"""Faults of processes: killed, terminated, stopped and continued, redeployed, with a clock that jumps."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psutil

from tests.chaos.system import System
from tests.chaos.trial_context import TrialContext

Act = Callable[[TrialContext], None]
Around = Callable[[TrialContext], AbstractContextManager[None]]

_HALF_AN_HOUR_S = 1800


def ends_by(name: str, number: signal.Signals) -> Act:
    """Fault: a signal that ends the process; its supervisor restarts it."""

    def act(context: TrialContext) -> None:
        process = _concrete(context, name)
        pid = context.stack.pid(process)
        assert pid is not None
        context.stack.kill(process, number)
        with context.fault(process=process, pid=pid, signal=number.name):
            context.stack.wait_restarted(process, pid)

    return act


def freezes(name: str, shortest_s: float, longest_s: float) -> Act:
    """Fault: SIGSTOP, a pause, SIGCONT, for the process alone or with its children, like a frozen machine."""

    def act(context: TrialContext) -> None:
        process = _concrete(context, name)
        family = context.system.family(process)
        frozen = family if context.rng.random() < 0.5 else family[:1]
        _signal(frozen, signal.SIGSTOP)
        try:
            with context.fault(process=process, frozen=[one.pid for one in frozen]):
                context.pause(shortest_s, longest_s)
        finally:
            _signal(frozen, signal.SIGCONT)

    return act


def _concrete(context: TrialContext, name: str) -> str:
    return context.busy_worker() if name == "worker_cpu" else name


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def deploys(change: Callable[[str], str]) -> Act:
    """Fault: changed workflow code is deployed while the task runs, and another task follows."""

    def act(context: TrialContext) -> None:
        tree = context.system.copy_of_code(f"code-{context.senders[0].key}")
        workflow = tree / "workflows" / "video_pipeline.py"
        workflow.write_text(change(workflow.read_text()))
        context.struck(code=str(tree))
        for name in cpu_workers(context.system):
            context.system.change_launch(name, f"cd '{tree}'\n")
            context.system.restart(name)
        context.healed()
        context.send(context.job, f"{context.senders[0].key}-after").accepted()

    return act


@contextmanager
def rolled_back(context: TrialContext) -> Iterator[None]:
    """Restore the code after the trial."""
    try:
        yield
    finally:
        for name in cpu_workers(context.system):
            context.system.change_launch(name, "")
            context.system.restart(name)


def harmless(code: str) -> str:
    """The code with another comment."""
    return f"{code}\n# A later version.\n"


def incompatible_but_marked(code: str) -> str:
    """The code with a timer at the start that running tasks lack; a version marker keeps it compatible."""
    start = re.compile(r'(    async def run\(self, request: PipelineRequest\)[^\n]*\n +""".*?"""\n)', re.S)
    timer = '        if workflow.patched("chaos"):\n            await workflow.sleep(0.01)\n'
    changed, count = start.subn(lambda found: found.group(1) + timer, code)
    assert count == 1, "the start of the workflow has changed: adapt this pattern"
    return changed


def clock_jumps(names: Callable[[System], list[str]], direction: int) -> Act:
    """Fault: the wall clock of some processes is off by more than a signature tolerates, for a while."""

    def act(context: TrialContext) -> None:
        offset_s = direction * context.rng.randint(_HALF_AN_HOUR_S, 3 * _HALF_AN_HOUR_S)
        clock = context.system.clock
        clock.move(offset_s)
        try:
            with context.fault(clock=offset_s, processes=names(context.system)):
                context.pause(3, 8)
        finally:
            clock.move(0)

    return act


def with_clock(names: Callable[[System], list[str]]) -> Around:
    """Run the processes on a movable clock during a trial."""

    @contextmanager
    def around(context: TrialContext) -> Iterator[None]:
        context.system.clock.move(0)
        script = "".join(
            f"export {name}='{value}'\n" for name, value in context.system.clock.environment.items()
        )
        try:
            for name in names(context.system):
                context.system.change_launch(name, script)
                context.system.restart(name)
            yield
        finally:
            for name in names(context.system):
                context.system.change_launch(name, "")
                context.system.restart(name)

    return around


def cancels(context: TrialContext) -> None:
    """Fault: the task is cancelled."""
    task_id = context.task_id()
    context.struck(cancel=task_id)
    if task_id is None:
        return
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s:
        answer = context.system.http.post(f"/video/{task_id}/cancel")
        context.journal.note(
            "cancelled", task_id=task_id, http=answer.status_code, code=answer.json().get("code")
        )
        if answer.status_code in (202, 409):
            break
        time.sleep(0.5)
    context.healed()


def the_api(_: System) -> list[str]:
    return ["api"]


def cpu_workers(system: System) -> list[str]:
    return [name for name in system.workers() if name.startswith("worker_cpu")]
