"""`make up`, `make down` and `make demo`, run as commands."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.leftovers import marked_processes
from local.settings import REPOSITORY_PATH, Ports, StackSettings, ensure_secrets
from local.stack import Stack
from tests.e2e.conftest import CLIPS
from tests.e2e.product import Product
from tests.servers.ports import free_ports


class Machine:
    """Runner of the commands on one data folder, with ports of its own."""

    def __init__(self, data_path: Path) -> None:
        self.settings = StackSettings(data_path, Ports(*free_ports(6)))
        ports = self.settings.ports
        self.environment = {
            **os.environ,
            "DATA_DIR": str(data_path),
            "API_PORT": str(ports.api),
            "TEMPORAL_PORT": str(ports.temporal),
            "WEB_UI_PORT": str(ports.web_ui),
            "S3_PORT": str(ports.s3),
            "CPU_METRICS_PORT": str(ports.cpu_metrics),
            "GPU_METRICS_PORT": str(ports.gpu_metrics),
        }

    def start(self, command: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            # A test run in the background ignores SIGINT, and its children would inherit that.
            ["env", "--default-signal=INT", sys.executable, "-m", "local", command],
            cwd=REPOSITORY_PATH,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str, code: int = 0, **environment: str) -> str:
        process = self.start(command, **environment)
        said, _ = process.communicate(timeout=420)
        assert process.returncode == code, said
        return said

    def left(self, data_path: Path | None = None) -> list[str]:
        """Running processes of the stack."""
        settings = StackSettings(data_path or self.settings.data_path)
        return [process.name() for process in marked_processes(ensure_secrets(settings).mark)]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path / "data")
    yield machine
    Stack(machine.settings).down()


def test_the_product_stays_up_until_it_is_stopped_and_keeps_its_state(machine: Machine) -> None:
    said = machine.run("up")
    assert machine.settings.api_url in said
    assert machine.settings.web_ui_url in said
    assert "already" in machine.run("up")
    assert "running" in machine.run("status")
    with Product(Stack(machine.settings)) as product:
        task_id = product.upload(CLIPS / "english-dog.mp4")
        before = product.completed(task_id)
    assert "stopped" in machine.run("down")
    assert machine.left() == []
    assert "not up" in machine.run("status", code=1)
    assert "Nothing was running" in machine.run("down")
    machine.run("up")
    with Product(Stack(machine.settings)) as product:
        after = product.status(task_id)
        assert after["result"] == before["result"]
        assert product.download(task_id, "final.mp4", machine.settings.data_path).stat().st_size > 0


def test_the_web_ui_loads_nothing_from_other_hosts(stack: Stack) -> None:
    page = httpx.get(stack.settings.web_ui_url)
    assert page.status_code == 200
    assert 'src="http' not in page.text
    assert 'href="http' not in page.text


def test_a_taken_port_is_one_line_and_nothing_is_started(machine: Machine) -> None:
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", machine.settings.ports.s3))
        taker.listen()
        said = machine.run("up", code=1)
    assert f"Error: Port {machine.settings.ports.s3} (s3) is taken" in said
    assert machine.left() == []


def test_a_failed_start_gives_the_reason_and_leaves_nothing(machine: Machine) -> None:
    said = machine.run("up", code=1, PROCESSING_TIMEOUT="soon")
    assert "Error: api ended right after its start" in said
    assert "PROCESSING_TIMEOUT is 'soon'" in said
    assert machine.left() == []


def test_the_demo_succeeds_and_leaves_nothing(machine: Machine) -> None:
    said = machine.run("demo")
    answers = json.loads((CLIPS / "demo.json").read_text())
    assert f"language {answers['language']}" in said
    for name in ("downscale", "language_detection", "animal_detection", "subtitles", "merger"):
        assert f"{name:<20} 100 %  completed" in said
    assert "wrong" not in said
    result_path = machine.settings.data_path / "demo" / "result"
    assert str(result_path / "final.mp4") in said
    assert (result_path / "subtitles.vtt").exists()
    assert machine.left(machine.settings.data_path / "demo") == []


def test_a_demo_that_is_interrupted_leaves_nothing(machine: Machine) -> None:
    demo = machine.start("demo")
    assert demo.stdout is not None
    while not (line := demo.stdout.readline()).startswith("downscale"):
        assert line, "the demo ended before its task ran"
    demo.send_signal(signal.SIGINT)
    said, _ = demo.communicate(timeout=120)
    assert demo.returncode == 130, said
    assert "Traceback" not in said
    deadline = time.monotonic() + 10
    while machine.left(machine.settings.data_path / "demo") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert machine.left(machine.settings.data_path / "demo") == []
