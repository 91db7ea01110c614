"""Health endpoints of a worker: liveness (`/health`) and readiness (`/ready`)."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import TimeoutError as LoopTimeout
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.settings import HealthAddress
from adapters.temporal.queues import describe_queue
from domain.errors import SettingInvalid

# Longer than the limit of Temporal's answer, so that a timeout here means that the loop is blocked.
_LOOP_TIMEOUT_S = 4.0


@dataclass
class WorkerHealth:
    """State of one worker process, evaluated in its event loop."""

    client: Client
    identity: str
    polled: Sequence[tuple[str, TaskQueueType.ValueType]]
    drains: bool = False
    _polled_queues: set[tuple[str, TaskQueueType.ValueType]] = field(default_factory=set)

    async def health(self) -> str:
        """`alive`; a blocked loop does not get to answer."""
        return "alive"

    async def ready(self) -> str:
        """`ready` while Temporal answers and has listed this process as a poller of each of its queues."""
        if self.drains:
            return "drains"
        try:
            not_polled = [queue for queue, kind in self.polled if not await self._is_polled(queue, kind)]
        except RPCError as error:
            return f"Temporal does not answer: {error.status.name}"
        return f"does not poll yet: {', '.join(sorted(set(not_polled)))}" if not_polled else "ready"

    async def _is_polled(self, queue: str, kind: TaskQueueType.ValueType) -> bool:
        described = await describe_queue(self.client, queue, kind)
        # Once is enough: a partition of a busy queue does not list the pollers of the others.
        if any(poller.identity == self.identity for poller in described.pollers):
            self._polled_queues.add((queue, kind))
        return (queue, kind) in self._polled_queues


@contextmanager
def answering(health: WorkerHealth, address: HealthAddress | None) -> Iterator[None]:
    """Serve `GET /health` and `GET /ready` over HTTP inside the block; called in the worker's loop.

    Threads serve the requests and run each check in the loop, so that a blocked loop is reported.
    """
    if address is None:
        yield
        return
    try:
        server = _Server(address, health, asyncio.get_running_loop())
    except OSError as error:
        raise SettingInvalid(
            f"The worker can't listen on {address.host}:{address.port} (WORKER_HEALTH_HOST,"
            f" WORKER_HEALTH_PORT): {error.strerror}."
        ) from error
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Closing must not wait for a slow client.
    block_on_close = False

    def __init__(self, address: HealthAddress, health: WorkerHealth, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__((address.host, address.port), _Handler)
        self.health = health
        self.loop = loop


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    # Time limit in seconds for each line of a request.
    timeout = 5

    def do_GET(self) -> None:
        match self.path:
            case "/health":
                self._answer(self.server.health.health(), "alive")
            case "/ready":
                self._answer(self.server.health.ready(), "ready")
            case _:
                self._send(404, "unknown path: use /health or /ready")

    def _answer(self, coroutine: Coroutine[Any, Any, str], expected: str) -> None:
        future = asyncio.run_coroutine_threadsafe(coroutine, self.server.loop)
        try:
            status = future.result(_LOOP_TIMEOUT_S)
        except LoopTimeout:
            future.cancel()
            status = f"no answer from the worker's loop within {_LOOP_TIMEOUT_S:.0f} s"
        self._send(200 if status == expected else 503, status)

    def _send(self, code: int, status: str) -> None:
        body = json.dumps({"status": status}).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: probes come every few seconds."""
