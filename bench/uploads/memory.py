"""Growth of the API's memory and temporary files during an upload of 2 GB."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.measure import HighWater, RunFailed
from bench.report import Row
from bench.workbench import Product, Workbench

_MIB = 1024 * 1024
_GOAL_BYTES = 100 * _MIB
_BOUNDARY = "a-boundary-of-a-form"
_BLOCK = bytes(_MIB)
# An MP4 with one box and no index: it is received completely and then refused.
_FILE_TYPE = (24).to_bytes(4, "big") + b"ftypisom" + (512).to_bytes(4, "big") + b"isomiso2"


def measure(bench: Workbench) -> list[Row]:
    size_bytes = (256 if bench.quick else 2048) * _MIB
    product = bench.product
    pid = product.stack.pid("api")
    assert pid is not None
    api = psutil.Process(pid)
    with (
        HighWater(lambda: api.memory_info().rss) as memory,
        HighWater(lambda: _size_of(bench.temp_path)) as temporary,
    ):
        started_s = time.monotonic()
        status, sent_s = _send(product, size_bytes)
        answered_s = time.monotonic() - started_s
    if status not in (b"422", b"400", b"415"):
        raise RunFailed(f"a file without an index was answered with {status.decode()}")
    return [
        Row(
            "upload: growth of the API's memory ÷ body",
            f"{memory.growth / size_bytes:.3f} (+ {memory.growth / _MIB:.0f} MiB)",
            f"{size_bytes // _MIB} MiB came in in {sent_s:.0f} s ({size_bytes / _MIB / sent_s:.0f} MiB/s), "
            f"answer {status.decode()} after {answered_s:.0f} s: it has no index; memory "
            f"{memory.first / _MIB:.0f} → at most {memory.highest / _MIB:.0f} MiB; "
            f"temporary folder of all processes: at most "
            f"{temporary.highest / _MIB:.1f} MiB",
            f"≤ {_GOAL_BYTES // _MIB} MiB",
            memory.growth <= _GOAL_BYTES and temporary.growth <= _GOAL_BYTES,
        )
    ]


def _send(product: Product, size_bytes: int) -> tuple[bytes, float]:
    """Send the form; returns the answer's status and the seconds of sending. The file is generated."""
    settings = product.stack.settings
    opening = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="large.mp4"\r\n\r\n'
    ).encode()
    ending = f"\r\n--{_BOUNDARY}--\r\n".encode()
    head = (
        f"POST /video/upload HTTP/1.1\r\nHost: {settings.host}\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary={_BOUNDARY}\r\n"
        f"Content-Length: {len(opening) + size_bytes + len(ending)}\r\n\r\n"
    ).encode()
    started_s = time.monotonic()
    with socket.create_connection((settings.host, settings.ports.api), timeout=300) as connection:
        connection.sendall(head + opening)
        for block in _file(size_bytes):
            connection.sendall(block)
        connection.sendall(ending)
        sent_s = time.monotonic() - started_s
        answer = connection.recv(65536)
    if not answer.startswith(b"HTTP/1.1 "):
        raise RunFailed(f"the upload got no answer: {answer[:200]!r}")
    return answer.split(b" ", 2)[1], sent_s


def _file(size_bytes: int) -> Iterator[bytes]:
    content_bytes = size_bytes - len(_FILE_TYPE)
    # A box of more than 4 GiB would need a longer header.
    yield _FILE_TYPE + content_bytes.to_bytes(4, "big") + b"mdat"
    left = content_bytes - 8
    while left:
        block = _BLOCK[: min(left, _MIB)]
        yield block
        left -= len(block)


def _size_of(folder: Path) -> int:
    """Bytes of all files in a folder; a file that disappears meanwhile counts as none."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total
