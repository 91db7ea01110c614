"""TCP proxy that can drop connections or all answers, for an encrypted or binary protocol."""

from __future__ import annotations

import asyncio
from enum import StrEnum

from tests.chaos.event_loop import Background

_CHUNK_BYTES = 64 * 1024


class LinkState(StrEnum):
    """`ANSWERS_DROPPED` forwards requests and drops the answers; `CUT` closes and refuses connections."""

    NORMAL = "normal"
    CUT = "cut"
    ANSWERS_DROPPED = "answers_dropped"


class Link:
    """Proxy of connections to `port`; a change of state affects open connections too."""

    def __init__(self, background: Background, port: int, server: tuple[str, int]) -> None:
        self._background = background
        self._server = server
        self._state = LinkState.NORMAL
        self._open: set[asyncio.StreamWriter] = set()
        self._listener = background.run(asyncio.start_server(self._serve, "127.0.0.1", port))

    def close(self) -> None:
        async def close() -> None:
            self._listener.close()
            self._disconnect_all()

        self._background.run(close())

    def set(self, state: LinkState) -> None:
        """Change the state. After dropped answers connections are closed, or clients would wait for ever."""

        async def change() -> None:
            dropped_answers = self._state is LinkState.ANSWERS_DROPPED
            self._state = state
            if state is LinkState.CUT or dropped_answers:
                self._disconnect_all()

        self._background.run(change())

    def _disconnect_all(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._state is LinkState.CUT:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._server)
        except OSError:
            self._open.discard(writer)
            writer.transport.abort()  # the server is down
            return
        self._open.add(server_writer)
        try:
            async with asyncio.TaskGroup() as directions:
                directions.create_task(self._pass(reader, server_writer, answers=False))
                directions.create_task(self._pass(server_reader, writer, answers=True))
        except* OSError:
            pass  # one side disconnected, which ends the other too
        finally:
            for side in (writer, server_writer):
                self._open.discard(side)
                side.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while piece := await reader.read(_CHUNK_BYTES):
            if answers and self._state is LinkState.ANSWERS_DROPPED:
                continue
            writer.write(piece)
            await writer.drain()
        raise ConnectionError("the side has ended")
