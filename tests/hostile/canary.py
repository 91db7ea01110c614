"""Canary that detects access to files outside a job's folder, and traffic to ports of this machine."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# inotify: opened, read, written, created, moved or removed.
_TOUCHED = 0x20 | 0x01 | 0x02 | 0x04 | 0x100 | 0x200 | 0x40 | 0x80


class Canary:
    """Folder with a secret, watched by inotify, and two listening ports."""

    def __init__(self, outside: Path, watch: int, tcp: socket.socket, udp: socket.socket) -> None:
        self.secret = outside / "secret"
        self.tcp_port = int(tcp.getsockname()[1])
        self.udp_port = int(udp.getsockname()[1])
        self._watch, self._tcp, self._udp = watch, tcp, udp

    def disturbed(self) -> list[str]:
        """Returns the accesses since the last call."""
        return [*self._touches(), *self._connections(), *self._datagrams()]

    def _touches(self) -> Iterator[str]:
        try:
            events = os.read(self._watch, 65_536)
        except BlockingIOError:
            return
        while events:
            _, mask, _, length = struct.unpack_from("iIII", events)
            yield f"{events[16 : 16 + length].rstrip(bytes(1)).decode()} was touched ({mask:#x})"
            events = events[16 + length :]

    def _connections(self) -> Iterator[str]:
        try:
            connection, _ = self._tcp.accept()
        except BlockingIOError:
            return
        connection.close()
        yield "a connection came in"

    def _datagrams(self) -> Iterator[str]:
        try:
            yield f"a datagram came in: {self._udp.recv(100)!r}"
        except BlockingIOError:
            return


@contextmanager
def running_canary(outside: Path) -> Iterator[Canary]:
    (outside / "secret").write_text("hunter2\n")
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert watch >= 0, os.strerror(ctypes.get_errno())
    assert libc.inotify_add_watch(watch, os.fsencode(outside), _TOUCHED) >= 0, "the folder can't be watched"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        udp.bind(("127.0.0.1", 0))
        tcp.setblocking(False)
        udp.setblocking(False)
        try:
            yield Canary(outside, watch, tcp, udp)
        finally:
            os.close(watch)
