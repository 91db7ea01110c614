"""The link carries both directions, swallows answers while it is deaf, and refuses while it is cut."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from tests.chaos.event_loop import Background
from tests.chaos.faults.link import Link, Mood
from tests.servers.ports import free_port


class _Echo(socketserver.BaseRequestHandler):
    heard: list[bytes] = []  # noqa: RUF012 - one server, one list

    def handle(self) -> None:
        while piece := self.request.recv(100):
            self.heard.append(piece)
            self.request.sendall(piece)


@pytest.fixture
def link() -> Iterator[tuple[Link, int]]:
    _Echo.heard.clear()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = free_port()
    with Background() as background:
        link = Link(background, port, ("127.0.0.1", int(server.server_address[1])))
        yield link, port
        link.close()
    server.shutdown()
    server.server_close()


def connected(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    client.settimeout(60)
    return client


def hung_up_on(client: socket.socket) -> bool:
    try:
        return client.recv(100) == b""
    except ConnectionResetError:
        return True


def test_a_link_that_is_well_carries_both_directions(link: tuple[Link, int]) -> None:
    with connected(link[1]) as client:
        client.sendall(b"hello")

        assert client.recv(100) == b"hello"


def test_a_deaf_client_is_heard_and_hung_up_on_at_the_end(link: tuple[Link, int]) -> None:
    with connected(link[1]) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"
        link[0].set(Mood.DEAF_CLIENT)
        client.sendall(b"write this")
        while b"write this" not in _Echo.heard:
            time.sleep(0.01)
        link[0].set(Mood.WELL)

        assert hung_up_on(client)


def test_a_cut_link_hangs_up_and_carries_again_when_it_is_well(link: tuple[Link, int]) -> None:
    with connected(link[1]) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"
        link[0].set(Mood.CUT)
        assert hung_up_on(client)
    link[0].set(Mood.WELL)

    with connected(link[1]) as client:
        client.sendall(b"again")

        assert client.recv(100) == b"again"
