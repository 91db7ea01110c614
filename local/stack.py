"""Local stack: starts and stops all processes of the product on this machine, all or none."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from filelock import FileLock, Timeout

from local.faults import StackBusy, StartFailed
from local.leftovers import MARK_NAME, end_marked, marked_processes
from local.ports import require_free
from local.programs import Program, product_environment, product_programs
from local.settings import StackSettings, ensure_secrets, save_running
from local.supervision import ProcessState, ProcessStatus, Supervisor
from local.tools import Toolbox

_POLL_S = 0.25
_REPORT_WAITING_EVERY_S = 15.0
_QUOTED_LOG_LINES = 12

Report = Callable[[str], None]


def _silent(_: str) -> None:
    return


class Stack:
    """One stack, run by a supervisord of its own.

    `programs` replaces the product's processes; `report` is called with each line of progress.
    As a context manager it is up inside the block and stopped after it.
    """

    def __init__(
        self,
        settings: StackSettings,
        programs: tuple[Program, ...] | None = None,
        report: Report = _silent,
    ) -> None:
        self.settings = settings
        for path in (settings.data_path, settings.run_path, settings.log_path, settings.objects_path):
            path.mkdir(parents=True, exist_ok=True)
        settings.object_metadata_path.mkdir(exist_ok=True)
        (settings.data_path / "scratch").mkdir(exist_ok=True)
        self._secrets = ensure_secrets(settings)
        self._given_programs = programs
        self._supervisor = Supervisor(settings)
        self._report = report

    def __enter__(self) -> Stack:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables with the addresses and keys of this stack's servers."""
        return product_environment(self.settings, self._secrets)

    def up(self) -> bool:
        """Start the processes that don't run yet; False if all of them ran already.

        On failure everything that this call started is stopped before the error is raised.
        """
        with self._alone():
            programs = self._programs()
            running = {name for name, status in self._supervisor.statuses().items() if status.state.alive}
            missing = [program for program in programs if program.name not in running]
            if not missing:
                return False
            if not running:
                self._clear_leftovers()
            require_free(
                self.settings.host, {use: port for program in missing for use, port in program.ports.items()}
            )
            try:
                if not running:
                    save_running(self.settings)
                    self._supervisor.launch(programs, self._process_environment())
                for rank in sorted({program.rank for program in missing}):
                    self._start([program for program in missing if program.rank == rank])
            except BaseException:
                self._undo_start(missing, whole=not running)
                raise
            return True

    def down(self) -> bool:
        """Stop everything and wait for its end; False if nothing ran."""
        with self._alone():
            return self._stop_all()

    def start(self, name: str) -> None:
        """Start one process and wait until it is ready."""
        self._start([self._program(name)])

    def stop(self, name: str) -> None:
        """Stop one process as `down` would, and wait for its end; it is not restarted."""
        program = self._program(name)
        self._supervisor.stop(name)
        deadline = time.monotonic() + program.stop_within_s + 10
        while self.status(name).state.alive:
            if time.monotonic() > deadline:
                raise StartFailed(f"{name} did not stop within {program.stop_within_s + 10} s.")
            time.sleep(_POLL_S)

    def kill(self, name: str, signal_number: int) -> None:
        """Send a signal to one process; supervisord restarts it if it ends."""
        pid = self.pid(name)
        if pid is None:
            raise StartFailed(f"{name} does not run: `make up` starts it.")
        os.kill(pid, signal_number)

    def pid(self, name: str) -> int | None:
        return self.status(name).pid

    def status(self, name: str) -> ProcessStatus:
        return self.statuses().get(name, ProcessStatus(name, ProcessState.STOPPED, None, 0))

    def statuses(self) -> dict[str, ProcessStatus]:
        return self._supervisor.statuses()

    def is_up(self) -> bool:
        """True when every process runs."""
        statuses = self.statuses()
        return bool(statuses) and all(status.state is ProcessState.RUNNING for status in statuses.values())

    def log_tail(self, name: str, lines: int) -> list[str]:
        """The last lines that a process wrote."""
        path = self.settings.log_path / f"{name}.log"
        if not path.exists():
            return []
        return path.read_text(errors="replace").splitlines()[-lines:]

    def wait_restarted(self, name: str, pid_before: int) -> None:
        """Wait until a process that was killed as `pid_before` runs again and is ready."""
        program = self._program(name)
        deadline = time.monotonic() + program.start_within_s
        while True:
            pid = self.pid(name)
            if pid is not None and pid != pid_before and program.ready(pid):
                return
            if time.monotonic() > deadline:
                raise StartFailed(self._quote(program, f"was not back within {program.start_within_s} s"))
            time.sleep(_POLL_S)

    def _programs(self) -> tuple[Program, ...]:
        if self._given_programs is None:
            self._given_programs = product_programs(self.settings, Toolbox().servers())
        return self._given_programs

    def _program(self, name: str) -> Program:
        return next(program for program in self._programs() if program.name == name)

    def _process_environment(self) -> dict[str, str]:
        # A worker's identity must end with its process id, by which the readiness check finds it.
        inherited = {name: value for name, value in os.environ.items() if name != "WORKER_IDENTITY"}
        return {**inherited, **self.environment, MARK_NAME: self._secrets.mark}

    def _start(self, programs: list[Program]) -> None:
        started_s = time.monotonic()
        self._report(f"Starting {', '.join(program.name for program in programs)} …")
        for program in programs:
            if not self.status(program.name).state.alive:
                self._supervisor.start(program.name)
        for program in programs:
            self._wait_ready(program)
            self._report(f"{program.name} is ready after {time.monotonic() - started_s:.1f} s.")

    def _wait_ready(self, program: Program) -> None:
        started_s = time.monotonic()
        report_at = started_s + _REPORT_WAITING_EVERY_S
        first_pid = None
        while True:
            status = self.status(program.name)
            first_pid = first_pid or status.pid
            if not status.state.alive or status.pid != first_pid:
                raise StartFailed(self._quote(program, "ended right after its start"))
            # RUNNING also means that it has run for a second: some answer before they fail.
            running = status.state is ProcessState.RUNNING
            if running and status.pid is not None and program.ready(status.pid):
                return
            now = time.monotonic()
            if now - started_s > program.start_within_s:
                raise StartFailed(self._quote(program, f"was not ready within {program.start_within_s} s"))
            if now > report_at:
                last = self.log_tail(program.name, 1) or ["its log is empty"]
                self._report(f"Still waiting for {program.name} ({now - started_s:.0f} s): {last[0]}")
                report_at = now + _REPORT_WAITING_EVERY_S
            time.sleep(_POLL_S)

    def _quote(self, program: Program, what: str) -> str:
        path = self.settings.log_path / f"{program.name}.log"
        lines = "".join(f"\n    {line}" for line in self.log_tail(program.name, _QUOTED_LOG_LINES))
        return f"{program.name} {what}. The end of its log, {path}:{lines or ' (empty)'}"

    def _undo_start(self, started: list[Program], *, whole: bool) -> None:
        self._report("Stopping what was started …")
        if whole:
            self._stop_all()
            return
        for program in reversed(started):
            if self.status(program.name).state.alive:
                self.stop(program.name)

    def _stop_all(self) -> bool:
        mark = self._secrets.mark
        if not marked_processes(mark):
            return False
        if self._supervisor.process_id() is not None:
            self._supervisor.shut_down()
            deadline = time.monotonic() + 15 + sum(status_s for status_s in self._stop_bounds())
            while marked_processes(mark) and time.monotonic() < deadline:
                time.sleep(_POLL_S)
        self._clear_leftovers()
        return True

    def _stop_bounds(self) -> list[int]:
        """Seconds that each process may take to stop; they stop one after the other."""
        if self._given_programs is None:
            return [90]
        return [program.stop_within_s for program in self._given_programs]

    def _clear_leftovers(self) -> None:
        """End the processes that a killed supervisord left."""
        ended = end_marked(self._secrets.mark, patience_s=20)
        if ended:
            self._report(f"Ended {ended} processes that were left over.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            held = FileLock(self.settings.run_path / "lock").acquire(blocking=False)
        except Timeout as error:
            raise StackBusy(
                f"Another command is at work on the stack in {self.settings.data_path}; wait for it."
            ) from error
        with held:
            yield
