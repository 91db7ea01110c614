"""Choice and check of local ports."""

from __future__ import annotations

import socket

import pytest

from local.faults import PortTaken
from local.ports import free_ports


def test_free_ports_are_distinct_and_not_among_the_ports_of_outgoing_connections() -> None:
    ports = free_ports("127.0.0.1", 50)

    assert len(set(ports)) == 50
    assert all(15_000 <= port < 32_000 for port in ports)
    for port in ports:
        with socket.create_server(("127.0.0.1", port)):
            pass


def test_a_port_with_a_listener_is_not_free() -> None:
    (port,) = free_ports("127.0.0.1", 1)
    only = range(port, port + 1)

    assert free_ports("127.0.0.1", 1, only) == [port]
    with socket.create_server(("127.0.0.1", port)), pytest.raises(PortTaken):
        free_ports("127.0.0.1", 1, only)
