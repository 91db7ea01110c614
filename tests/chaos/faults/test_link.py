"""The link forwards both directions, and can drop answers or connections."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from tests.chaos.event_loop import Background
from tests.chaos.faults.link import Link, LinkState
from tests.servers.temporal_server import free_port


class _Echo(socketserver.BaseRequestHandler):
    received: list[bytes] = []  # noqa: RUF012 - one server, one list

    def handle(self) -> None:
        while piece := self.request.recv(100):
            self.received.append(piece)
            self.request.sendall(piece)


@pytest.fixture
def link() -> Iterator[tuple[Link, int]]:
    _Echo.received.clear()
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


def is_disconnected(client: socket.socket) -> bool:
    try:
        return client.recv(100) == b""
    except ConnectionResetError:
        return True


def test_a_normal_link_forwards_both_directions(link: tuple[Link, int]) -> None:
    with connected(link[1]) as client:
        client.sendall(b"hello")

        assert client.recv(100) == b"hello"


def test_with_dropped_answers_requests_are_forwarded_and_the_client_is_disconnected_later(
    link: tuple[Link, int],
) -> None:
    with connected(link[1]) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"
        link[0].set(LinkState.ANSWERS_DROPPED)
        client.sendall(b"write this")
        while b"write this" not in _Echo.received:
            time.sleep(0.01)
        link[0].set(LinkState.NORMAL)

        assert is_disconnected(client)


def test_a_cut_link_disconnects_and_forwards_again_when_it_is_normal(link: tuple[Link, int]) -> None:
    with connected(link[1]) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"
        link[0].set(LinkState.CUT)
        assert is_disconnected(client)
    link[0].set(LinkState.NORMAL)

    with connected(link[1]) as client:
        client.sendall(b"again")

        assert client.recv(100) == b"again"
