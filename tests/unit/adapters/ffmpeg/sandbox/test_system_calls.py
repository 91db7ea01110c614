"""System calls that a confined process can't make, with real confined processes."""

from __future__ import annotations

import os
import platform
import threading
from pathlib import Path

import pytest

from domain.errors import MediaToolFailed
from tests.unit.adapters.ffmpeg.sandbox.confined import output_lines


def test_the_worker_can_neither_be_traced_nor_signalled(job_path: Path) -> None:
    calls = {
        "ptrace": (101, 117),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "kill": (62, 129),
        "tkill": (200, 130),
        "tgkill": (234, 131),
        "rt_sigqueueinfo": (129, 138),
        "pidfd_open": (434, 434),
        "pidfd_getfd": (438, 438),
        "pidfd_send_signal": (424, 424),
    }
    script = f"""
for number in {numbers(calls)}:
    print(tried(lambda: called(number, os.getppid(), 0, 0, 0, 0, 0)))
import fcntl
print(tried(lambda: fcntl.fcntl(0, 8, os.getppid())))
"""

    assert output_lines(script, job_path) == ["ENOSYS"] * 11


def test_dangerous_system_calls_are_not_implemented(job_path: Path) -> None:
    calls = {
        "unshare": (272, 97),
        "setns": (308, 268),
        "mount": (165, 40),
        "umount2": (166, 39),
        "pivot_root": (155, 41),
        "chroot": (161, 51),
        "open_tree": (428, 428),
        "fsopen": (430, 430),
        "bpf": (321, 280),
        "perf_event_open": (298, 241),
        "keyctl": (250, 219),
        "add_key": (248, 217),
        "request_key": (249, 218),
        "userfaultfd": (323, 282),
        "io_uring_setup": (425, 425),
        "io_uring_enter": (426, 426),
        "kexec_load": (246, 104),
        "init_module": (175, 105),
        "finit_module": (313, 273),
        "delete_module": (176, 106),
        "personality": (135, 92),
        "clone3": (435, 435),
        "seccomp": (317, 277),
        "setuid": (105, 146),
        "capset": (126, 91),
        "setsid": (112, 157),
        "setpgid": (109, 154),
        "quotactl": (179, 60),
        "swapon": (167, 224),
        "reboot": (169, 142),
        "syslog": (103, 116),
        "name_to_handle_at": (303, 264),
        "open_by_handle_at": (304, 265),
        "memfd_create": (319, 279),
        "shmget": (29, 194),
        "mq_open": (240, 180),
        "inotify_init1": (294, 26),
        "fanotify_init": (300, 262),
        "a call that a future kernel may have": (600, 600),
    }
    script = f"for number in {numbers(calls)}:\n    print(tried(lambda: called(number, 0, 0, 0, 0, 0, 0)))"

    assert output_lines(script, job_path) == ["ENOSYS"] * len(calls)


def test_a_process_can_have_threads_and_no_children(job_path: Path) -> None:
    script = """
import threading
thread = threading.Thread(target=lambda: print("a thread"))
thread.start()
thread.join()
print(tried(os.fork))
print(tried(lambda: os.posix_spawn("/bin/true", ["true"], {})))
"""

    assert output_lines(script, job_path) == ["a thread", "ENOSYS", "ENOSYS"]


def test_neither_limits_can_be_raised_nor_the_parent_death_signal_removed(job_path: Path) -> None:
    script = """
import resource
try:
    resource.setrlimit(resource.RLIMIT_DATA, (10**12, 10**12))
except ValueError as error:
    print(error)
PR_SET_PDEATHSIG, PR_GET_NO_NEW_PRIVS, PR_SET_DUMPABLE = 1, 39, 4
print(libc.prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0), libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
print(resource.getrlimit(resource.RLIMIT_DATA), resource.getrlimit(resource.RLIMIT_CORE))
"""

    assert output_lines(script, job_path) == [
        "not allowed to raise maximum limit",
        "-1 -1",
        "(300000000, 300000000) (0, 0)",
    ]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86_64 has a 32-bit way in")
def test_a_32_bit_call_ends_the_process(job_path: Path) -> None:
    script = """
import mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid); int 0x80; ret
start = ctypes.addressof(ctypes.c_char.from_buffer(code))
print(ctypes.CFUNCTYPE(ctypes.c_int)(start)())
"""

    with pytest.raises(MediaToolFailed, match="signal 31"):
        output_lines(script, job_path)


def test_a_child_of_a_dead_worker_does_not_start(job_path: Path) -> None:
    """The worker may be killed between its fork and the launcher's parent-death signal."""
    import subprocess

    from adapters.ffmpeg.sandbox.guards import launched

    done = subprocess.run(
        launched({"parent": os.getpid() + 1}, ["/bin/true"]), capture_output=True, check=False, text=True
    )

    assert (done.returncode, done.stderr) == (126, "confinement: the worker has ended\n")


def test_many_threads_start_children_at_once(job_path: Path) -> None:
    outputs: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: outputs.append(output_lines("print('here')", job_path)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outputs == [["here"]] * 8


def numbers(calls: dict[str, tuple[int, int]]) -> list[int]:
    column = {"x86_64": 0, "aarch64": 1}[platform.machine()]
    return [pair[column] for pair in calls.values()]
