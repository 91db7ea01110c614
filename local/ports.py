"""Ports of servers: checks that they are free, names the program that has one, finds free ones."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator

import psutil

from local.faults import PortTaken

# Below the ports of outgoing connections (from 32768 on Linux, later elsewhere): one of those could be
# taken between this check and the start of the program that listens on it.
SERVER_PORTS = range(15_000, 32_000)
_RANDOM = random.SystemRandom()


def require_free(host: str, uses: dict[str, int]) -> None:
    """Raise `PortTaken` for the first port that another program has; `uses` maps purposes to ports."""
    for use, port in uses.items():
        if not _is_free(host, port):
            raise PortTaken(
                f"Port {port} ({use}) is taken{_owner(port)}: end that program, or set {_setting(use)}."
            )


def free_ports(host: str, count: int, among: range = SERVER_PORTS) -> list[int]:
    """Distinct ports that are free now and that no outgoing connection will take.

    Raises `PortTaken` when there are not enough.
    """
    held: list[socket.socket] = []
    candidates = iter(_RANDOM.sample(among, len(among)))
    try:
        while len(held) < count:
            holder = socket.socket()
            held.append(holder)
            _bind_first(holder, host, candidates)
        return [int(holder.getsockname()[1]) for holder in held]
    finally:
        for holder in held:
            holder.close()


def _bind_first(holder: socket.socket, host: str, candidates: Iterator[int]) -> None:
    for port in candidates:
        try:
            holder.bind((host, port))
        except OSError:
            continue
        return
    raise PortTaken("No port is free: end some of the programs that listen.")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a connection in TIME_WAIT does not block the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _owner(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.pid is not None
            if listens and connection.laddr and connection.laddr.port == port:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return ""  # the owner can't be seen without more rights
    return ""


def _setting(use: str) -> str:
    return f"{use.upper().replace(' ', '_')}_PORT"
