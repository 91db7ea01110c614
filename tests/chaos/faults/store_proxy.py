"""HTTP proxy between the product and its S3 server, with injected faults."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import h11

from tests.chaos.event_loop import Background

_CHUNK_BYTES = 64 * 1024
_LONGEST_HOLD_S = 6.0  # the product waits 8 s for an answer
_SLOW_DOWN = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SlowDown</Code>'
    b"<Message>Please reduce your request rate.</Message><Resource>/</Resource>"
    b"<RequestId>chaos</RequestId></Error>"
)


class Harm(StrEnum):
    """Kinds of faults. `LOST_REPLY` forwards the request and disconnects without an answer."""

    SLOW = "slow"
    BUSY = "busy"
    CUT_REQUEST = "cut_request"
    CUT_ANSWER = "cut_answer"
    LOST_REPLY = "lost_reply"


@dataclass(frozen=True)
class Trouble:
    """A fault. `amount`: seconds for SLOW, a share of the body for cuts. `writes_only`: not GET and HEAD."""

    harm: Harm
    amount: float = 0.0
    writes_only: bool = False


@dataclass
class RequestBlock:
    """Holds one request by its number, before it reaches the server or before its answer is forwarded."""

    number: int
    before: bool
    reached: threading.Event = field(default_factory=threading.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Call:
    """A forwarded request, counted from 1 since the last `reset_calls`; `at_s` is wall clock time."""

    number: int
    method: str
    target: str
    at_s: float


class _Disconnected(Exception):
    """One of the two sides has disconnected, or must be disconnected."""


class StoreProxy:
    """The proxy, on a port of its own; `trouble` applies to every request that begins while it is set."""

    def __init__(self, background: Background, port: int, server: tuple[str, int]) -> None:
        self.trouble: Trouble | None = None
        self.harmed = 0
        self.calls: list[Call] = []
        self._background = background
        self._server = server
        self._gate: RequestBlock | None = None
        self._listener = background.run(asyncio.start_server(self._serve, "127.0.0.1", port))

    def close(self) -> None:
        async def close() -> None:
            self._listener.close()

        self._background.run(close())

    def reset_calls(self) -> None:
        self.calls = []

    def hold(self, number: int, *, before: bool) -> RequestBlock:
        """Hold one request until `release`, but not longer than its sender waits."""
        self._gate = RequestBlock(number, before)
        return self._gate

    def release(self) -> None:
        gate, self._gate = self._gate, None
        if gate is not None:
            self._background.soon(gate.open.set)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        side = _Side(h11.Connection(h11.SERVER), reader, writer)
        try:
            while True:
                request = await side.next(h11.Request)
                await self._exchange(side, request)
                if side.http.our_state is not h11.DONE or side.http.their_state is not h11.DONE:
                    return
                side.http.start_next_cycle()
        except (_Disconnected, OSError, h11.ProtocolError):
            return  # disconnections are expected here
        finally:
            writer.close()

    async def _exchange(self, client: _Side, request: h11.Request) -> None:
        method = request.method.decode()
        call = Call(len(self.calls) + 1, method, request.target.decode(), time.time())
        self.calls.append(call)
        gate = self._gate if self._gate is not None and self._gate.number == call.number else None
        if gate is not None and gate.before:
            await _pass(gate)
        # Read after the gate: a fault that was set while this call was held applies to it too.
        harm, amount = self._harm(method)
        self.harmed += harm is not None
        if harm is Harm.SLOW:
            await asyncio.sleep(amount)
        if harm is Harm.BUSY:
            await _refuse(client)
            return
        reader, writer = await asyncio.open_connection(*self._server)
        try:
            server = _Side(h11.Connection(h11.CLIENT), reader, writer)
            sent = h11.Request(
                method=request.method, target=request.target, headers=request.headers.raw_items()
            )
            await server.send(sent)
            await _forward(client, server, _cut(request, amount) if harm is Harm.CUT_REQUEST else None)
            response = await server.next(h11.Response)
            if gate is not None and not gate.before:
                await _pass(gate)
            if harm is Harm.LOST_REPLY:
                raise _Disconnected
            await client.send(
                h11.Response(
                    status_code=response.status_code,
                    headers=response.headers.raw_items(),
                    reason=response.reason,
                )
            )
            await _forward(server, client, _cut(response, amount) if harm is Harm.CUT_ANSWER else None)
        finally:
            writer.close()

    def _harm(self, method: str) -> tuple[Harm | None, float]:
        trouble = self.trouble
        if trouble is None or (trouble.writes_only and method in ("GET", "HEAD")):
            return None, 0.0
        return trouble.harm, trouble.amount


Wanted = TypeVar("Wanted")


@dataclass
class _Side:
    http: h11.Connection
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def next(self, kind: type[Wanted]) -> Wanted:
        event = await self.any()
        if not isinstance(event, kind):
            raise _Disconnected
        return event

    async def any(self) -> object:
        while (event := self.http.next_event()) is h11.NEED_DATA:
            self.http.receive_data(await self.reader.read(_CHUNK_BYTES))
        return event

    async def send(self, event: h11.Event) -> None:
        self.writer.write(self.http.send(event) or b"")
        await self.writer.drain()


def _cut(message: h11.Request | h11.Response, share: float) -> int:
    """Bytes of a body that are forwarded; 0 when its length is unknown."""
    length = next((int(value) for name, value in message.headers if name == b"content-length"), 0)
    return int(length * share)


async def _forward(source: _Side, target: _Side, cut_after: int | None) -> None:
    """Forward a body completely, or disconnect after `cut_after` bytes."""
    passed = 0
    while isinstance(event := await source.any(), h11.Data):
        body = bytes(event.data)
        if cut_after is not None and passed + len(body) > cut_after:
            await target.send(h11.Data(data=body[: cut_after - passed]))
            raise _Disconnected
        passed += len(body)
        await target.send(h11.Data(data=body))
    if not isinstance(event, h11.EndOfMessage):
        raise _Disconnected
    await target.send(h11.EndOfMessage(headers=event.headers))


async def _refuse(client: _Side) -> None:
    while isinstance(await client.any(), h11.Data):
        pass
    headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(_SLOW_DOWN)))]
    await client.send(h11.Response(status_code=503, headers=headers, reason=b"Slow Down"))
    await client.send(h11.Data(data=_SLOW_DOWN))
    await client.send(h11.EndOfMessage())


async def _pass(gate: RequestBlock) -> None:
    gate.reached.set()
    try:
        async with asyncio.timeout(_LONGEST_HOLD_S):
            await gate.open.wait()
    except TimeoutError:
        return
