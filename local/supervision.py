"""supervisord of a stack: its configuration, its start, and calls to it over its socket."""

from __future__ import annotations

import http.client
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import cast

from local.faults import StartFailed
from local.programs import Program
from local.settings import REPOSITORY_PATH, StackSettings

# A socket's path may have 108 bytes; supervisord binds it under a longer name first.
_SOCKET_PATH_BYTES = 90
_ANSWER_TIMEOUT_S = 10.0
_NOT_RUNNING = 70  # supervisord's code for a process that can't be stopped because it has ended


class ProcessState(StrEnum):
    """States of a process, by supervisord's names."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    BACKOFF = "BACKOFF"
    STOPPING = "STOPPING"
    EXITED = "EXITED"
    FATAL = "FATAL"
    UNKNOWN = "UNKNOWN"

    @property
    def alive(self) -> bool:
        return self in (ProcessState.STARTING, ProcessState.RUNNING, ProcessState.STOPPING)


@dataclass(frozen=True)
class ProcessStatus:
    """Status of a process. `pid` is None when it does not run; `up_s` is for how long it has run."""

    name: str
    state: ProcessState
    pid: int | None
    up_s: int


def socket_path(settings: StackSettings) -> Path:
    """Path of the socket: in the data folder, or in a short folder when that path is too long."""
    inside = settings.run_path / "supervisor.sock"
    if len(os.fsencode(inside)) <= _SOCKET_PATH_BYTES:
        return inside
    name = sha256(os.fsencode(settings.data_path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"video-pipeline-{os.getuid()}" / f"{name}.sock"


def configuration(settings: StackSettings, programs: tuple[Program, ...]) -> str:
    """Text of supervisord's configuration; secrets are passed by its environment instead."""
    run_path = settings.run_path
    sections = [
        "[unix_http_server]",
        f"file={socket_path(settings)}",
        "chmod=0600",
        "[supervisord]",
        f"logfile={settings.log_path / 'supervisord.log'}",
        f"pidfile={run_path / 'supervisord.pid'}",
        f"childlogdir={settings.log_path}",
        f"directory={REPOSITORY_PATH}",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
    ]
    if os.getuid() == 0:
        sections.insert(4, "user=root")  # states that root is intended, which silences a warning
    for program in programs:
        environment = ",".join(f'{name}="{value}"' for name, value in program.environment.items())
        sections += [
            f"[program:{program.name}]",
            f"command={shlex.join(program.argv)}",
            f"environment={environment}",
            "autostart=false",  # the stack starts each when the rank below is ready
            "autorestart=true",
            "startsecs=1",
            "stopsignal=TERM",
            f"stopwaitsecs={program.stop_within_s}",
            # A worker stops its own children while it drains; those that remain are killed with it.
            "stopasgroup=false",
            "killasgroup=true",
            "redirect_stderr=true",
            f"stdout_logfile={settings.log_path / program.name}.log",
            "stdout_logfile_maxbytes=10MB",
            "stdout_logfile_backups=3",
        ]
    for rank in sorted({program.rank for program in programs}):
        names = ",".join(program.name for program in programs if program.rank == rank)
        # At its end supervisord stops one group after the other, the highest priority first.
        sections += [f"[group:rank{rank}]", f"programs={names}", f"priority={rank}"]
    return "\n".join(sections) + "\n"


class Supervisor:
    """Client of the supervisord of one stack, over its socket."""

    def __init__(self, settings: StackSettings) -> None:
        self._settings = settings
        self._socket_path = socket_path(settings)

    def launch(self, programs: tuple[Program, ...], environment: Mapping[str, str]) -> None:
        """Start supervisord as a daemon that runs no process yet."""
        configuration_path = self._settings.run_path / "supervisord.conf"
        configuration_path.write_text(configuration(self._settings, programs))
        self._socket_path.parent.mkdir(mode=0o700, exist_ok=True)
        self._socket_path.unlink(missing_ok=True)  # of a killed supervisord
        done = subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration_path)],
            env={**environment},
            cwd=REPOSITORY_PATH,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip().splitlines() or ["it printed nothing"]
            raise StartFailed(f"supervisord did not start: {said[0]}")

    def process_id(self) -> int | None:
        """supervisord's own process id, or None when none answers."""
        try:
            return cast(int, self._call("getPID"))
        except OSError:
            return None

    def statuses(self) -> dict[str, ProcessStatus]:
        """Statuses by process name; empty when no supervisord answers."""
        return {str(entry["name"]): _status(entry) for entry in self._entries()}

    def start(self, name: str) -> None:
        try:
            self._call("startProcess", self._full_name(name), False)
        except xmlrpc.client.Fault as fault:
            raise StartFailed(f"{name} can't be started: {fault.faultString}") from fault

    def stop(self, name: str) -> None:
        try:
            self._call("stopProcess", self._full_name(name), False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _NOT_RUNNING:
                raise

    def shut_down(self) -> None:
        self._call("shutdown")

    def _entries(self) -> list[dict[str, int | str]]:
        try:
            return cast(list[dict[str, int | str]], self._call("getAllProcessInfo"))
        except OSError:
            return []

    def _full_name(self, name: str) -> str:
        for entry in self._entries():
            if entry["name"] == name:
                return f"{entry['group']}:{name}"
        raise StartFailed(f"The running stack has no {name}: restart it by `make down` and `make up`.")

    def _call(self, method: str, *arguments: str | bool) -> object:
        proxy = xmlrpc.client.ServerProxy("http://supervisor", transport=_SocketTransport(self._socket_path))
        with proxy as server:
            return cast(object, getattr(server.supervisor, method)(*arguments))


def _status(entry: Mapping[str, int | str]) -> ProcessStatus:
    state = ProcessState(str(entry["statename"]))
    pid = int(entry["pid"]) or None
    up_s = int(entry["now"]) - int(entry["start"]) if state.alive else 0
    return ProcessStatus(str(entry["name"]), state, pid, up_s)


class _SocketTransport(xmlrpc.client.Transport):
    """XML-RPC over a socket file, with a time limit; the transport of `supervisor.xmlrpc` has none."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: object) -> http.client.HTTPConnection:
        return _SocketConnection(self._path)


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("supervisor", timeout=_ANSWER_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
