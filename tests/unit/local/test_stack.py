"""Start and stop of the local stack."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.faults import PortTaken, SettingUnusable, StackBusy, StartFailed
from local.leftovers import MARK_NAME, marked_processes
from local.programs import Program, answers
from local.settings import StackSettings, ensure_secrets
from local.stack import Stack
from local.supervision import ProcessState, socket_path
from tests.servers.ports import free_port, free_ports

# Small programs under a real supervisord stand in for the product's processes.
_SERVE = """
import http.server, sys
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
"""
_FAIL = "import sys; print('the setting COLOUR is wrong'); sys.exit(3)"


def web(name: str, port: int) -> Program:
    return Program(
        name=name,
        argv=(sys.executable, "-c", _SERVE.strip().replace("\n", "; "), str(port)),
        ready=lambda _: answers(f"http://127.0.0.1:{port}/"),
        start_within_s=30,
        stop_within_s=5,
        ports={name: port},
    )


def failing(name: str) -> Program:
    return Program(name, (sys.executable, "-c", _FAIL), lambda _: False, start_within_s=30, stop_within_s=5)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[StackSettings]:
    settings = StackSettings(tmp_path / "data")
    yield settings
    if settings.data_path.exists():
        Stack(settings, programs=()).down()
        assert running_processes(settings) == []


def running_processes(settings: StackSettings) -> list[psutil.Process]:
    return marked_processes(ensure_secrets(settings).mark)


def two(settings: StackSettings) -> Stack:
    first, second = free_ports(2)
    return Stack(settings, (web("first", first), web("second", second)))


def test_up_starts_every_process_and_down_leaves_none(settings: StackSettings) -> None:
    stack = two(settings)
    assert stack.up()
    assert stack.is_up()
    assert len(running_processes(settings)) == 3  # with supervisord
    assert stack.down()
    assert running_processes(settings) == []
    assert not stack.is_up()


def test_up_twice_changes_nothing(settings: StackSettings) -> None:
    stack = two(settings)
    stack.up()
    pids = {name: stack.pid(name) for name in ("first", "second")}
    assert not stack.up()
    assert {name: stack.pid(name) for name in ("first", "second")} == pids


def test_up_starts_a_process_that_was_stopped_meanwhile(settings: StackSettings) -> None:
    stack = two(settings)
    stack.up()
    first = stack.pid("first")
    stack.stop("second")
    assert not stack.is_up()
    assert stack.up()
    assert stack.is_up()
    assert stack.pid("first") == first


def test_down_when_not_up_is_harmless(settings: StackSettings) -> None:
    assert not two(settings).down()


def test_a_taken_port_is_named_and_nothing_is_started(settings: StackSettings) -> None:
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", 0))
        taker.listen()
        port = taker.getsockname()[1]
        stack = Stack(settings, (web("first", free_port()), web("api", port)))
        with pytest.raises(
            PortTaken, match=rf"Port {port} \(api\) is taken by .*process {os.getpid()}.*API_PORT"
        ):
            stack.up()
    assert running_processes(settings) == []


def test_a_failed_start_quotes_the_log_and_stops_what_was_started(settings: StackSettings) -> None:
    stack = Stack(settings, (web("first", free_port()), failing("second")))
    with pytest.raises(StartFailed, match=r"second ended right after its start[\s\S]*COLOUR is wrong"):
        stack.up()
    assert running_processes(settings) == []


def test_a_failed_start_leaves_the_processes_that_ran_before(settings: StackSettings) -> None:
    port = free_port()
    stack = Stack(settings, (web("first", port), failing("second")))
    with pytest.raises(StartFailed):
        stack.up()
    alone = Stack(settings, (web("first", port),))
    alone.up()
    pid = alone.pid("first")
    with pytest.raises(StartFailed):
        stack.up()
    assert stack.pid("first") == pid


def test_a_program_that_does_not_exist_is_named(settings: StackSettings) -> None:
    missing = Program("first", ("/nowhere/program",), lambda _: True, start_within_s=5, stop_within_s=5)
    with pytest.raises(StartFailed, match="first can't be started"):
        Stack(settings, (missing,)).up()
    assert running_processes(settings) == []


def test_a_killed_process_is_restarted(settings: StackSettings) -> None:
    stack = two(settings)
    stack.up()
    pid = stack.pid("first")
    assert pid is not None
    stack.kill("first", signal.SIGKILL)
    stack.wait_restarted("first", pid)
    assert stack.pid("first") != pid


def test_a_stopped_process_is_not_restarted_until_it_is_started(settings: StackSettings) -> None:
    stack = two(settings)
    stack.up()
    stack.stop("second")
    assert stack.status("second").state is ProcessState.STOPPED
    assert stack.pid("second") is None
    stack.start("second")
    assert stack.status("second").state is ProcessState.RUNNING


def kill_supervisord(settings: StackSettings) -> None:
    pid = int((settings.run_path / "supervisord.pid").read_text())
    process = psutil.Process(pid)
    assert process.environ()[MARK_NAME] == ensure_secrets(settings).mark
    process.kill()
    psutil.wait_procs([process], timeout=10)


def test_down_ends_the_processes_of_a_killed_supervisord(settings: StackSettings) -> None:
    stack = two(settings)
    stack.up()
    kill_supervisord(settings)
    assert len(running_processes(settings)) == 2
    assert stack.down()
    assert running_processes(settings) == []


def test_up_after_a_killed_supervisord_starts_anew(settings: StackSettings) -> None:
    stack = two(settings)
    stack.up()
    kill_supervisord(settings)
    assert stack.up()
    assert stack.is_up()
    assert len(running_processes(settings)) == 3


def test_a_stack_leaves_the_processes_of_another_alone(settings: StackSettings, tmp_path: Path) -> None:
    with two(StackSettings(tmp_path / "other")) as other:
        stack = two(settings)
        stack.up()
        stack.down()
        assert other.is_up()


def test_two_commands_at_once_are_refused(settings: StackSettings) -> None:
    stack = two(settings)
    refused = []

    def down_meanwhile(_: str) -> None:
        with pytest.raises(StackBusy):
            two(settings).down()
        refused.append(True)

    stack = Stack(settings, (web("first", free_port()),), report=down_meanwhile)
    stack.up()
    assert refused


def test_a_deep_data_folder_still_gets_a_socket(tmp_path: Path) -> None:
    settings = StackSettings(tmp_path / ("deep-" * 20) / "data with spaces and [signs]")
    assert len(str(settings.run_path)) > 108
    with two(settings) as stack:
        assert stack.is_up()
    assert running_processes(settings) == []
    assert not socket_path(settings).exists()


def test_only_the_owner_can_read_the_secrets_and_they_stay_the_same(settings: StackSettings) -> None:
    two(settings)
    path = settings.data_path / "secrets.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert ensure_secrets(settings) == ensure_secrets(settings)
    assert ensure_secrets(settings).s3_secret_key not in repr(ensure_secrets(settings))


@pytest.mark.parametrize("name", ["a #b", "a ;b", "100%", "a\nb"])
def test_a_data_folder_that_supervisord_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingUnusable, match="data folder"):
        StackSettings(tmp_path / name)
