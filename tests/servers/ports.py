"""Free ports for the servers that tests start; each test process has ports of its own to choose from."""

from __future__ import annotations

import os

from local import ports


def free_ports(count: int) -> list[int]:
    """Different ports of 127.0.0.1 that are free now.

    A test process of pytest-xdist takes every n-th port, so that no other takes the port between this
    moment and the start of the server.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return ports.free_ports("127.0.0.1", count, ports.SERVER_PORTS[worker % workers :: workers])


def free_port() -> int:
    return free_ports(1)[0]
