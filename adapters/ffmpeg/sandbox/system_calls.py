"""Seccomp filter of media processes: allow-list of system calls.

Not on it are sockets of every kind, new processes, signals to others, tracing, mounts, namespaces, keys,
io_uring, BPF and calls of future kernels. A call that is not on it fails with "not implemented", for
which libraries have a fallback. A test runs the program for both architectures.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

# A name, its number on x86_64, its number on aarch64 (`-`: it has none). The most frequent come first,
# because kernels before 5.11 search the list at every call.
_ALLOWED = """
    futex 202 98          read 0 63              write 1 64             mmap 9 222
    munmap 11 215         mprotect 10 226        madvise 28 233         mremap 25 216
    brk 12 214            lseek 8 62             pread64 17 67          pwrite64 18 68
    readv 19 65           writev 20 66           preadv 295 69          pwritev 296 70
    openat 257 56         open 2 -               close 3 57             newfstatat 262 79
    fstat 5 80            stat 4 -               lstat 6 -              statx 332 291
    access 21 -           faccessat 269 48       faccessat2 439 439     readlink 89 -
    readlinkat 267 78     getdents64 217 61      getcwd 79 17           statfs 137 43
    fstatfs 138 44        ftruncate 77 46        truncate 76 45         fallocate 285 47
    fsync 74 82           fdatasync 75 83        fadvise64 221 223      copy_file_range 326 285
    rename 82 -           renameat 264 38        renameat2 316 276      unlink 87 -
    unlinkat 263 35       mkdir 83 -             mkdirat 258 34         rmdir 84 -
    umask 95 166          dup 32 23              dup2 33 -              dup3 292 24
    pipe 22 -             pipe2 293 59           poll 7 -               ppoll 271 73
    select 23 -           pselect6 270 72        epoll_create1 291 20   epoll_ctl 233 21
    epoll_wait 232 -      epoll_pwait 281 22     eventfd2 290 19        set_robust_list 273 99
    rseq 334 293          set_tid_address 218 96 sched_yield 24 124     membarrier 324 283
    sched_getaffinity 204 123                    sched_setaffinity 203 122
    sched_getparam 143 121                       sched_getscheduler 145 120
    clock_gettime 228 113 clock_getres 229 114   clock_nanosleep 230 115
    nanosleep 35 101      gettimeofday 96 169    time 201 -             times 100 153
    getrusage 98 165      rt_sigaction 13 134    rt_sigprocmask 14 135  rt_sigreturn 15 139
    sigaltstack 131 132   restart_syscall 219 128                       getrandom 318 278
    uname 63 160          sysinfo 99 179         getcpu 309 168         getpid 39 172
    getppid 110 173       gettid 186 178         getuid 102 174         geteuid 107 175
    getgid 104 176        getegid 108 177        getrlimit 97 163       arch_prctl 158 -
    mlock 149 228         munlock 150 229        exit 60 93             exit_group 231 94
    execve 59 221
"""

_CLONE_THREAD = 0x10000
_CLONE_NEW_NAMESPACES = 0x7E020000


@dataclass(frozen=True)
class _Checked:
    """A call whose argument at `place` must be one of `values`, or have `set_bits` and no `clear_bits`."""

    numbers: tuple[int, int]
    place: int
    values: tuple[int, ...] = ()
    set_bits: int = 0
    clear_bits: int = 0


_CHECKED = (
    # clone: threads only, no new process, so that killing the process leaves nothing behind.
    _Checked((56, 220), 0, set_bits=_CLONE_THREAD, clear_bits=_CLONE_NEW_NAMESPACES),
    # fcntl: flags, duplicates, locks and pipe sizes; not the process that gets a descriptor's signals.
    _Checked((72, 25), 1, values=(0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032)),
    # ioctl: terminal attributes and size, close on exec, bytes waiting; no device control.
    _Checked((16, 29), 1, values=(0x5401, 0x5413, 0x5451, 0x541B)),
    # prctl: its own name, the names of its memory, reading the bounding set.
    _Checked((157, 167), 0, values=(15, 16, 23, 0x53564D41)),
    # prlimit64: its own limits, which it can only lower.
    _Checked((302, 261), 0, values=(0,)),
)

_AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# Classic BPF: load a word of the call's record, jump on equal or on any bit, return the verdict.
_LOAD, _EQUAL, _ANY_BIT, _VERDICT = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
ALLOW = 0x7FFF0000
KILL = 0x80000000
NOT_IMPLEMENTED = 0x00050000 | 38

_Instruction = tuple[int, int, int, int]


def program(machine: str) -> bytes | None:
    """Filter for `machine` (a value of `platform.machine()`); None for an unknown one."""
    architecture = _AUDIT_ARCHITECTURES.get(machine)
    if architecture is None:
        return None
    column = list(_AUDIT_ARCHITECTURES).index(machine)
    lines: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        # 32-bit calls of a 64-bit kernel have their own numbers. x32 sets a bit in the number, which no
        # number on the list has.
        (_EQUAL, 1, 0, architecture),
        (_VERDICT, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    for number in _numbers(column):
        lines += [(_EQUAL, 0, 1, number), (_VERDICT, 0, 0, ALLOW)]
    for call in _CHECKED:
        check = _check(call)
        lines += [(_EQUAL, 0, len(check), call.numbers[column]), *check]
    lines.append((_VERDICT, 0, 0, NOT_IMPLEMENTED))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _numbers(column: int) -> list[int]:
    words = _ALLOWED.split()
    return [int(number) for number in words[1 + column :: 3] if number != "-"]


def _check(call: _Checked) -> Sequence[_Instruction]:
    """Instructions that allow or deny a call whose number has matched, by its argument.

    The kernel uses 32 bits of these arguments, and both machines are little-endian.
    """
    lines: list[_Instruction] = [(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * call.place)]
    for value in call.values:
        lines += [(_EQUAL, 0, 1, value), (_VERDICT, 0, 0, ALLOW)]
    if call.set_bits:
        lines += [(_ANY_BIT, 2, 0, call.clear_bits), (_ANY_BIT, 0, 1, call.set_bits), (_VERDICT, 0, 0, ALLOW)]
    return [*lines, (_VERDICT, 0, 0, NOT_IMPLEMENTED)]
