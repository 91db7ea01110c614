"""Launcher of confined processes: drops rights step by step, then replaces itself by the command.

It is a program of its own because Python code must not run between fork and exec in a threaded process,
and because only a single-threaded process may enter a user namespace. It has no policy: the plan lists
the steps. A failed step ends the launch, so a command never runs with less confinement than planned.
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
ERROR_PREFIX = "confinement: "

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
    """Apply every step of the plan, then replace this process."""
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
            _call("namespaces", libc.unshare, plan["namespaces"])
        _call("no new privileges", libc.prctl, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _drop_capabilities(libc)
        if plan["landlock"]:
            _restrict_files(libc, *plan["landlock"])
        _end_with(libc, plan["parent"])
        if plan["filter"]:
            _filter_system_calls(libc, plan["filter"])
    os.execv(argv[0], argv)  # noqa: S606


def _end_with(libc: ctypes.CDLL, parent: int) -> None:
    _call("parent-death signal", libc.prctl, _PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise OSError("the worker has ended")


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Drop all capabilities, those of a new user namespace too, which allow network configuration."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    _call("capabilities", libc.capset, ctypes.byref(header), ctypes.byref(none))


def _restrict_files(libc: ctypes.CDLL, handled: tuple[int, int, int], rules: list[tuple[str, int]]) -> None:
    """Deny every handled right except below the paths of the rules; missing paths are skipped."""
    # A kernel with fewer fields accepts the longer struct as long as the extra ones are 0.
    wanted = (ctypes.c_uint64 * 3)(*handled)
    size = ctypes.sizeof(wanted)
    ruleset = _call("Landlock", libc.syscall, _LANDLOCK_CREATE_RULESET, ctypes.byref(wanted), size, 0)
    for path, rights in rules:
        try:
            beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            continue
        allowed = rights if stat.S_ISDIR(os.fstat(beneath).st_mode) else rights & _FILE_RIGHTS
        rule = ctypes.create_string_buffer(
            allowed.to_bytes(8, sys.byteorder) + beneath.to_bytes(4, sys.byteorder)
        )
        _call(
            "Landlock",
            libc.syscall,
            *(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_RULE_PATH_BENEATH, ctypes.byref(rule), 0),
        )
        os.close(beneath)
    _call("Landlock", libc.syscall, _LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _filter_system_calls(libc: ctypes.CDLL, program: bytes) -> None:
    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

    filled = Program(len(program) // 8, program)
    _call("system call filter", libc.prctl, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filled), 0, 0)


def _call(step: str, function: Any, *arguments: Any) -> int:
    result = int(function(*arguments))
    if result < 0:
        raise OSError(f"{step}: {os.strerror(ctypes.get_errno())}")
    return result


if __name__ == "__main__":
    try:
        # Written by the worker, which runs the same Python; importing JSON would take 5 ms.
        launch(marshal.loads(bytes.fromhex(sys.argv[1])), sys.argv[2:])  # noqa: S302
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{ERROR_PREFIX}{error}\n")
        sys.exit(FAILED)
