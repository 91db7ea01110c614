"""Files, sockets and memory that a confined process can't access, with real confined processes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.adapters.ffmpeg.sandbox.confined import needs_landlock, output_lines


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_no_socket_of_any_kind_can_be_created(job_path: Path, listener: socket.socket) -> None:
    script = """
for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        print(tried(lambda: socket.socket(getattr(socket, family), kind)))
print(tried(socket.socketpair))
print(tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])))))
"""

    assert set(output_lines(script, job_path, str(listener.getsockname()[1]))) == {"ENOSYS"}
    with pytest.raises(BlockingIOError):
        listener.accept()


@needs_landlock
def test_only_the_jobs_own_folder_can_be_read_and_written(job_path: Path) -> None:
    (job_path / "own").write_text("mine")
    script = """
print(tried(lambda: open("own").read()))
print(tried(lambda: open("new", "w").write("x")))
print(tried(lambda: os.rename("new", "newer")))
print(tried(lambda: open("../secret").read()))
print(tried(lambda: open("../secret", "w")))
print(tried(lambda: open("../created", "w")))
print(tried(lambda: os.truncate("../secret", 0)))
print(tried(lambda: os.unlink("../secret")))
print(tried(lambda: os.rename("newer", "../newer")))
print(tried(lambda: os.listdir("..")))
print(tried(lambda: open("/etc/passwd").read()))
print(tried(lambda: os.listdir("/root")))
print(tried(lambda: os.listdir("/tmp")))
"""

    assert output_lines(script, job_path) == ["done: 'mine'", "done: 1", "done: None", *["EACCES"] * 10]
    assert (job_path.parent / "secret").read_text() == "hunter2"
    assert {path.name for path in job_path.parent.iterdir()} == {"job", "secret"}


@needs_landlock
def test_a_job_without_output_can_write_nowhere(job_path: Path) -> None:
    (job_path / "source").write_text("a film")
    script = """
print(tried(lambda: open("source").read()))
print(tried(lambda: open("source", "r+")))
print(tried(lambda: open("new", "w")))
print(tried(lambda: os.mkdir("folder")))
print(tried(lambda: os.unlink("source")))
"""

    assert output_lines(script, job_path, writes=False) == ["done: 'a film'", *["EACCES"] * 4]


def test_a_read_only_file_can_not_be_changed_in_the_jobs_own_folder(job_path: Path) -> None:
    """For a source that other jobs share by a hard link, even if the worker is root."""
    shared = job_path.parent / "shared"
    shared.write_text("a film")
    shared.chmod(0o400)
    (job_path / "source").hardlink_to(shared)
    script = """
print(tried(lambda: open("source").read()))
print(tried(lambda: open("source", "r+")))
print(tried(lambda: os.truncate("source", 0)))
print(tried(lambda: os.chmod("source", 0o600)))
"""

    assert output_lines(script, job_path) == ["done: 'a film'", "EACCES", "EACCES", "ENOSYS"]
    assert shared.read_text() == "a film"


@needs_landlock
def test_a_source_elsewhere_can_be_read_if_the_command_names_it(job_path: Path) -> None:
    secret = job_path.parent / "secret"
    script = "print(tried(lambda: open(sys.argv[2].removeprefix('file:')).read()))"
    script += "\nprint(tried(lambda: open(sys.argv[2].removeprefix('file:'), 'a')))"

    assert output_lines(script, job_path, f"file:{secret}") == ["done: 'hunter2'", "EACCES"]


def test_nothing_but_files_and_folders_can_be_left_in_the_jobs_folder(job_path: Path) -> None:
    script = """
print(tried(lambda: os.symlink("/etc/passwd", "symbolic")))
print(tried(lambda: os.link("/etc/passwd", "hard")))
print(tried(lambda: os.mkfifo("pipe")))
print(tried(lambda: os.mknod("device", 0o20600, os.makedev(1, 3))))
print(tried(lambda: os.chmod(".", 0o4777)))
"""

    assert output_lines(script, job_path) == ["ENOSYS"] * 5
    assert list(job_path.iterdir()) == []


@needs_landlock
def test_neither_the_workers_environment_nor_its_memory_can_be_seen(
    job_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = """
parent = os.getppid()
for name in ("environ", "mem", "cmdline", "maps", "fd", "root/etc/passwd"):
    print(tried(lambda: os.open(f"/proc/{parent}/{name}", os.O_RDONLY)))
"""

    assert output_lines(script, job_path) == ["EACCES"] * 6
