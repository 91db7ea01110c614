"""Scripts that build the images."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[3] / "deploy" / "images"


class Healthy(http.server.BaseHTTPRequestHandler):
    """Answers 200 at /health and 404 elsewhere."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


class Unhealthy(Healthy):
    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()


@pytest.fixture
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), request.param)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def healthy(port: int, **environment: str) -> int:
    asked = [sys.executable, "-I", "-S", str(SCRIPTS / "healthy.py"), "PORT"]
    done = subprocess.run(asked, env={"PORT": str(port), **environment}, capture_output=True, check=False)
    return done.returncode


@pytest.mark.parametrize("port", [Healthy], indirect=True)
def test_a_process_that_answers_is_healthy(port: int) -> None:
    assert healthy(port) == 0


@pytest.mark.parametrize("port", [Healthy], indirect=True)
def test_a_proxy_of_the_container_is_not_used(port: int) -> None:
    assert healthy(port, http_proxy="http://127.0.0.1:1") == 0


@pytest.mark.parametrize("port", [Unhealthy], indirect=True)
def test_a_process_that_answers_503_is_not_healthy(port: int) -> None:
    assert healthy(port) == 1


def test_a_process_that_does_not_answer_is_not_healthy() -> None:
    assert healthy(1) == 1


def test_removing_a_package_from_a_list_removes_its_hashes(tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text(
        "torch==2.15.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        "torchvision==0.29.2 \\\n    --hash=sha256:cc\n"
        "nvidia-nccl-cu13==2.30.7 ; sys_platform == 'linux' \\\n    --hash=sha256:dd\n"
        "tqdm==4.70.1 \\\n    --hash=sha256:ee\n"
    )
    argv = [sys.executable, str(SCRIPTS / "without.py"), str(listed), "torch", "nvidia-*"]
    kept = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert kept == ("torchvision==0.29.2 \\\n    --hash=sha256:cc\ntqdm==4.70.1 \\\n    --hash=sha256:ee\n")


def test_an_unknown_kind_of_torch_ends_the_build() -> None:
    done = subprocess.run(
        ["sh", str(SCRIPTS / "torch.sh"), "tpu"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "TORCH" in done.stderr


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.sh")), ids=lambda path: path.name)
def test_a_script_is_portable_shell(path: Path) -> None:
    done = subprocess.run(["shellcheck", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
