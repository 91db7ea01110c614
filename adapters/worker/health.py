"""What a worker answers those who look after it: whether it lives, and whether it is there for work."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import TimeoutError as NoAnswer
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

# Longer than Temporal has for its answer, so that the loop's own standstill is what is told.
_LOOP_ANSWERS_WITHIN_S = 4.0


@dataclass
class WorkerHealth:
    """The state of one worker process, asked in its own loop."""

    client: Client
    identity: str
    polled: Sequence[tuple[str, TaskQueueType.ValueType]]
    drains: bool = False
    _seen: set[tuple[str, TaskQueueType.ValueType]] = field(default_factory=set)

    async def health(self) -> str:
        """Nothing is asked: that the loop turns is the answer."""
        return "alive"

    async def ready(self) -> str:
        """`ready` while Temporal answers and has heard this process ask each of its queues for work."""
        if self.drains:
            return "drains"
        try:
            unheard = [queue for queue, kind in self.polled if not await self._is_polled(queue, kind)]
        except RPCError as error:
            return f"Temporal does not answer: {error.status.name}"
        return f"does not poll yet: {', '.join(sorted(set(unheard)))}" if unheard else "ready"

    async def _is_polled(self, queue: str, kind: TaskQueueType.ValueType) -> bool:
        described = await describe_queue(self.client, queue, kind)
        # Once is enough: a partition of a busy queue does not always know who asks the others.
        if any(poller.identity == self.identity for poller in described.pollers):
            self._seen.add((queue, kind))
        return (queue, kind) in self._seen


@contextmanager
def answering(health: WorkerHealth, address: HealthAddress | None) -> Iterator[None]:
    """Answer `GET /health` and `GET /ready` over HTTP inside the block; called in the worker's loop.

    The answers are sent by threads, which put each question to the loop: so a loop that stands still is told.
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
    # Closing must not wait for somebody who is slow to take an answer.
    block_on_close = False

    def __init__(self, address: HealthAddress, health: WorkerHealth, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__((address.host, address.port), _Handler)
        self.health = health
        self.loop = loop


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    # Seconds that a sender may take for each line of its request.
    timeout = 5

    def do_GET(self) -> None:
        match self.path:
            case "/health":
                self._answer(self.server.health.health(), "alive")
            case "/ready":
                self._answer(self.server.health.ready(), "ready")
            case _:
                self._send(404, "there are /health and /ready")

    def _answer(self, asked: Coroutine[Any, Any, str], good: str) -> None:
        heard = asyncio.run_coroutine_threadsafe(asked, self.server.loop)
        try:
            status = heard.result(_LOOP_ANSWERS_WITHIN_S)
        except NoAnswer:
            heard.cancel()
            status = f"no answer from the worker's loop within {_LOOP_ANSWERS_WITHIN_S:.0f} s"
        self._send(200 if status == good else 503, status)

    def _send(self, code: int, status: str) -> None:
        body = json.dumps({"status": status}).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """A probe every few seconds is nothing to write down."""
