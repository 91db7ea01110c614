"""Tells whether a port can be listened on, and who has it if not."""

from __future__ import annotations

import socket

import psutil

from local.faults import PortTaken


def require_free(host: str, uses: dict[str, int]) -> None:
    """Raise `PortTaken` for the first port that another program has; `uses` names what each is for."""
    for use, port in uses.items():
        if not _is_free(host, port):
            raise PortTaken(
                f"Port {port} ({use}) is taken{_by_whom(port)}: end that program, or set {_setting(use)}."
            )


def free_ports(host: str, count: int) -> list[int]:
    """Different ports that are free now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for held in sockets:
            held.bind((host, 0))
        return [int(held.getsockname()[1]) for held in sockets]
    finally:
        for held in sockets:
            held.close()


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a connection that is still closing does not keep a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _by_whom(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.pid is not None
            if listens and connection.laddr and connection.laddr.port == port:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return ""  # whose it is can't be seen without more rights; that it is taken stays true
    return ""


def _setting(use: str) -> str:
    return f"{use.upper().replace(' ', '_')}_PORT"
