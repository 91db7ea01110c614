"""Gives up, in this order, everything that a media process does not need, and becomes that process.

It runs as a program of its own between fork and the command, because a threaded process may run nothing
there, and enters the user namespace that only a process of one thread may enter. It knows no policy: the
plan names each step. A step that fails ends the launch, so a command never runs with less than was planned.
"""

from __future__ import annotations

import ctypes
import marshal
import os
import resource
import stat
import sys
from typing import Any

FAILED = 126
COMPLAINT = "confinement: "

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_SIGKILL = 9
# SIGPIPE and SIGXFSZ: an ignored signal stays ignored in the program that is started.
_IGNORED_BY_PYTHON = (13, 25)
_CAPABILITY_VERSION_3 = 0x20080522
# The same on every architecture.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_LANDLOCK_RULE_PATH_BENEATH = 1
# Execute, write, read, truncate, device controls: the rights that a rule for a single file may name.
_FILE_RIGHTS = 0b1100_0000_0000_0111


def launch(plan: dict[str, Any], argv: list[str]) -> None:
    """Take every step of the plan, then replace this process."""
    for number, most in plan["limits"]:
        _, hardest = resource.getrlimit(number)
        limit = most if hardest == resource.RLIM_INFINITY else min(most, hardest)
        # Soft equals hard: the kernel then kills at once instead of sending a signal that ffmpeg handles.
        resource.setrlimit(number, (limit, limit))
    libc = ctypes.CDLL(None, use_errno=True)
    for ignored in _IGNORED_BY_PYTHON:
        libc.signal(ignored, None)
    if plan["linux"]:
        if plan["namespaces"]:
            _called("namespaces", libc.unshare, plan["namespaces"])
        _called("no new privileges", libc.prctl, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _drop_capabilities(libc)
        if plan["landlock"]:
            _restrict_files(libc, *plan["landlock"])
        _die_with(libc, plan["parent"])
        if plan["filter"]:
            _filter_system_calls(libc, plan["filter"])
    os.execv(argv[0], argv)  # noqa: S606


def _die_with(libc: ctypes.CDLL, parent: int) -> None:
    _called("parent-death signal", libc.prctl, _PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise OSError("the worker has ended")


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Also those that a new user namespace has brought, with which its network could be set up."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    _called("capabilities", libc.capset, ctypes.byref(header), ctypes.byref(none))


def _restrict_files(libc: ctypes.CDLL, handled: tuple[int, int, int], rules: list[tuple[str, int]]) -> None:
    """Deny every handled right except below the paths of the rules; a path that isn't there needs none."""
    # A kernel that knows fewer fields takes the longer struct as long as those are 0.
    wanted = (ctypes.c_uint64 * 3)(*handled)
    size = ctypes.sizeof(wanted)
    ruleset = _called("Landlock", libc.syscall, _LANDLOCK_CREATE_RULESET, ctypes.byref(wanted), size, 0)
    for path, rights in rules:
        try:
            beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            continue
        allowed = rights if stat.S_ISDIR(os.fstat(beneath).st_mode) else rights & _FILE_RIGHTS
        rule = ctypes.create_string_buffer(
            allowed.to_bytes(8, sys.byteorder) + beneath.to_bytes(4, sys.byteorder)
        )
        _called(
            "Landlock",
            libc.syscall,
            *(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, ctypes.byref(rule), 0),
        )
        os.close(beneath)
    _called("Landlock", libc.syscall, _LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _filter_system_calls(libc: ctypes.CDLL, program: bytes) -> None:
    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

    filled = Program(len(program) // 8, program)
    _called(
        "system call filter", libc.prctl, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filled), 0, 0
    )


def _called(step: str, function: Any, *arguments: Any) -> int:
    result = int(function(*arguments))
    if result < 0:
        raise OSError(f"{step}: {os.strerror(ctypes.get_errno())}")
    return result


if __name__ == "__main__":
    try:
        # Written a moment ago by the worker, which runs the same Python; JSON would take 5 ms to load.
        launch(marshal.loads(bytes.fromhex(sys.argv[1])), sys.argv[2:])  # noqa: S302
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{COMPLAINT}{error}\n")
        sys.exit(FAILED)
