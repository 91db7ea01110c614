"""A TCP link that can be cut, or that swallows every answer: for a protocol that is closed to us."""

from __future__ import annotations

import asyncio
from enum import StrEnum

from tests.chaos.event_loop import Background

_CHUNK_BYTES = 64 * 1024


class Mood(StrEnum):
    """`DEAF_CLIENT` executes what is asked and swallows the answers; `CUT` refuses and hangs up."""

    WELL = "well"
    CUT = "cut"
    DEAF_CLIENT = "deaf_client"


class Link:
    """Passes every connection to `port` on to a server; a change of mood holds for open connections too."""

    def __init__(self, background: Background, port: int, server: tuple[str, int]) -> None:
        self._background = background
        self._server = server
        self._mood = Mood.WELL
        self._open: set[asyncio.StreamWriter] = set()
        self._listener = background.run(asyncio.start_server(self._serve, "127.0.0.1", port))

    def close(self) -> None:
        async def close() -> None:
            self._listener.close()
            self._hang_up()

        self._background.run(close())

    def set(self, mood: Mood) -> None:
        """Whoever was not answered is hung up on when the link is well again, or it would wait for ever."""

        async def change() -> None:
            was_deaf = self._mood is Mood.DEAF_CLIENT
            self._mood = mood
            if mood is Mood.CUT or was_deaf:
                self._hang_up()

        self._background.run(change())

    def _hang_up(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mood is Mood.CUT:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._server)
        except OSError:
            self._open.discard(writer)
            writer.transport.abort()  # the server is down: so is the link
            return
        self._open.add(server_writer)
        try:
            async with asyncio.TaskGroup() as directions:
                directions.create_task(self._pass(reader, server_writer, answers=False))
                directions.create_task(self._pass(server_reader, writer, answers=True))
        except* OSError:
            pass  # one side hung up, which ends the other too
        finally:
            for side in (writer, server_writer):
                self._open.discard(side)
                side.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while piece := await reader.read(_CHUNK_BYTES):
            if answers and self._mood is Mood.DEAF_CLIENT:
                continue
            writer.write(piece)
            await writer.drain()
        raise ConnectionError("the side has ended")
