"""Real Temporal dev server on free ports."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ports import free_port

TOOLS = Path(__file__).parents[2] / ".tools" / "bin"


_ATTRIBUTES = tuple(
    f"--search-attribute={name}={kind}"
    for name, kind in (
        ("Owner", "Keyword"),
        ("Stage", "KeywordList"),
        ("Language", "Keyword"),
        ("Failure", "Keyword"),
    )
)


@contextmanager
def temporal_server(log_path: Path, switches: tuple[str, ...] = (), bare: bool = False) -> Iterator[str]:
    """Runs a server; yields its address. A `bare` one has no search attributes."""
    program = shutil.which("temporal", path=str(TOOLS)) or shutil.which("temporal")
    assert program is not None, "no temporal program: run `make tools`"
    port = free_port()
    command = [program, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)]
    command += switches if bare else (*_ATTRIBUTES, *switches)
    with log_path.open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        _wait_for(program, port, server)
        yield f"127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def _wait_for(program: str, port: int, server: subprocess.Popen[bytes]) -> None:
    """Waits for the namespace: it exists some time after the port is open and the frontend answers."""
    ask = [program, "operator", "namespace", "describe", "-n", "default", "--address", f"127.0.0.1:{port}"]
    for _ in range(300):
        assert server.poll() is None, "the Temporal server ended while it started"
        with socket.socket() as probe:
            is_open = probe.connect_ex(("127.0.0.1", port)) == 0
        if is_open and subprocess.run(ask, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError("the Temporal server did not answer in time")
