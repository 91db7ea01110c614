"""Each guard works alone, and a system that refuses some of them gets the others."""

from __future__ import annotations

import platform
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.ffmpeg.sandbox import system_calls
from adapters.ffmpeg.sandbox.file_access import file_access, handled_rights
from adapters.ffmpeg.sandbox.guards import Guards, announce, guards, launched
from adapters.ffmpeg.sandbox.system_calls import ALLOW, KILL, NOT_IMPLEMENTED
from tests.unit.adapters.ffmpeg.programs import PYTHON

ROOT = Path(__file__).parents[5]
X86_64, AARCH64 = 0xC000003E, 0xC00000B7
THREAD_FLAGS, FORK_FLAGS = 0x3D0F00, 0x1200011
CONNECT = "import socket; socket.create_connection(('127.0.0.1', 9), 5)"


def run(plan: dict[str, object], script: str) -> subprocess.CompletedProcess[str]:
    command = launched(plan, [PYTHON, "-I", "-S", "-c", script])
    return subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT)


def verdict(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """Kernel's verdict for a call, by an interpreter of the few BPF instructions of the filter."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    record = struct.pack("<IIQ6Q", number, architecture, 0, *padded)
    place = word = 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("=HBBI", program, 8 * place)
        place += 1
        if code == 0x20:
            [word] = struct.unpack_from("<I", record, value)
        elif code == 0x06:
            return int(value)
        else:
            matched = word == value if code == 0x15 else bool(word & value)
            place += if_true if matched else if_false


@pytest.mark.parametrize(
    ("machine", "architecture", "read", "clone", "socket", "unshare"),
    [("x86_64", X86_64, 0, 56, 41, 272), ("aarch64", AARCH64, 63, 220, 198, 97)],
)
def test_the_filter_is_right_on_both_architectures(
    machine: str, architecture: int, read: int, clone: int, socket: int, unshare: int
) -> None:
    program = system_calls.program(machine)
    assert program is not None

    assert verdict(program, architecture, read) == ALLOW
    assert verdict(program, architecture, socket, 2, 1, 0) == NOT_IMPLEMENTED
    assert verdict(program, architecture, unshare, 0x10000000) == NOT_IMPLEMENTED
    assert verdict(program, architecture, clone, THREAD_FLAGS) == ALLOW
    assert verdict(program, architecture, clone, FORK_FLAGS) == NOT_IMPLEMENTED
    assert verdict(program, architecture, clone, THREAD_FLAGS | 0x40000000) == NOT_IMPLEMENTED
    assert verdict(program, architecture, 435) == NOT_IMPLEMENTED
    assert verdict(program, architecture, 99_999) == NOT_IMPLEMENTED
    assert verdict(program, 0x40000003, read) == KILL


def test_x32_calls_are_denied() -> None:
    program = system_calls.program("x86_64")
    assert program is not None

    assert verdict(program, X86_64, 0x40000000) == NOT_IMPLEMENTED


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_no_dangerous_call_is_on_the_list(machine: str) -> None:
    program = system_calls.program(machine)
    assert program is not None
    architecture = {"x86_64": X86_64, "aarch64": AARCH64}[machine]
    # socket to getsockopt, fork and vfork; ptrace; mount; bpf; perf_event_open, …: in each column.
    dangerous = {
        "x86_64": [
            *range(41, 56),
            57,
            58,
            62,
            101,
            105,
            155,
            161,
            165,
            246,
            248,
            272,
            288,
            298,
            299,
            307,
            321,
        ],
        "aarch64": [*range(198, 213), 39, 40, 41, 51, 104, 117, 129, 146, 217, 241, 242, 243, 269, 280],
    }[machine] + [*range(424, 439), *range(440, 470)]

    assert {verdict(program, architecture, number) for number in dangerous} == {NOT_IMPLEMENTED}


def test_an_unknown_machine_has_no_filter() -> None:
    assert system_calls.program("riscv64") is None


@pytest.mark.skipif(not guards().namespaces, reason="this system refuses namespaces")
def test_a_network_namespace_alone_has_no_loopback() -> None:
    done = run({"namespaces": guards().namespaces}, CONNECT)

    assert "Network is unreachable" in done.stderr
    assert "Connection refused" in run({}, CONNECT).stderr


@pytest.mark.skipif(not guards().filter, reason="this system has no filter")
def test_the_filter_alone_denies_sockets() -> None:
    assert "Function not implemented" in run({"filter": guards().filter}, CONNECT).stderr


@pytest.mark.skipif(guards().landlock_abi < 6, reason="this kernel's Landlock knows no scopes")
def test_landlock_alone_guards_files_connections_and_signals(tmp_path: Path) -> None:
    abi = guards().landlock_abi
    rules = file_access(Path(PYTHON).resolve(), [], tmp_path, abi, writes=True)
    plan: dict[str, object] = {"landlock": (handled_rights(abi), rules)}

    assert "PermissionError" in run(plan, "open('/etc/passwd')").stderr
    assert "PermissionError" in run(plan, "import os; os.kill(os.getppid(), 0)").stderr
    assert "PermissionError" in run(plan, CONNECT).stderr


@pytest.mark.parametrize(("abi", "file_rights"), [(1, 13), (2, 14), (3, 15), (4, 15), (5, 16), (7, 16)])
def test_an_older_landlock_gets_only_the_rights_it_supports(abi: int, file_rights: int) -> None:
    files, network, scopes = handled_rights(abi)

    assert files == 2**file_rights - 1
    assert (network, scopes) == (3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    assert all(
        rights | files == files
        for _, rights in file_access(Path("/usr/bin/ffmpeg"), [], Path("/x"), abi, writes=True)
    )


def denying(*numbers: int) -> bytes:
    """Filter that denies these calls, as a container runtime does."""
    lines = [(0x20, 0, 0, 0)]
    for number in numbers:
        lines += [(0x15, 0, 1, number), (0x06, 0, 0, 0x00050001)]
    return b"".join(struct.pack("=HBBI", *line) for line in [*lines, (0x06, 0, 0, ALLOW)])


WORKER = f"""
import sys
sys.path[:] = {[str(ROOT), *sys.path]!r}
sys.executable = {sys.executable!r}
from pathlib import Path
from adapters.ffmpeg.sandbox.guards import guards
from adapters.ffmpeg.run.runner import Job, Runner
from adapters.ffmpeg.settings import RunLimits
from domain.attempts.progress import UnreportedProgress
_, text = Runner(RunLimits()).run(Job(("ffmpeg", "-version"), Path("SCRATCH")), UnreportedProgress())
print(guards())
print(text.decode().split()[0])
"""


def test_the_filter_works_where_a_container_refuses_namespaces_and_landlock(tmp_path: Path) -> None:
    unshare = {"x86_64": 272, "aarch64": 97}[platform.machine()]
    refused = denying(unshare, 444)

    done = run({"filter": refused}, WORKER.replace("SCRATCH", str(tmp_path)))

    assert done.stderr == ""
    line, tool = done.stdout.splitlines()[-2:]
    assert line == (
        "media processes are confined by resource limits, no privileges, system call filter; "
        "not in force here: file access (Landlock: Operation not permitted): "
        "only the lists of formats and protocols protect files; "
        "user namespace with network namespace (namespaces: Operation not permitted); "
        "network namespace (namespaces: Operation not permitted)"
    )
    assert tool == "ffmpeg"


def test_the_start_up_line_warns_where_a_guard_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    partial_guards = Guards(in_force=("resource limits",), missing=("everything else needs Linux",))
    monkeypatch.setattr("adapters.ffmpeg.sandbox.guards.guards", lambda: partial_guards)

    with capture_logs() as lines:
        announce()

    assert lines == [
        {
            "event": "media processes are confined",
            "log_level": "warning",
            "in_force": ("resource limits",),
            "missing": ("everything else needs Linux",),
        }
    ]
