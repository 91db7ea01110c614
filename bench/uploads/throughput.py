"""Throughput of uploads through the API into the store ÷ the store's own client."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from minio import Minio

from bench.measure import RunFailed
from bench.report import Row, ratio
from bench.workbench import Workbench
from local.ports import free_ports
from local.programs import answers
from local.settings import REPOSITORY_PATH

_MIB = 1024 * 1024
_GOAL = 0.8
_ROUNDS = 5
# The size of the API's parts.
_PART_BYTES = 8 * _MIB
_BUCKET = "bench-uploads"
_HEAD = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
_BOUNDARY = "a-boundary-of-a-form"
_TUS = "Tus-Resumable: 1.0.0\r\n"


def measure(bench: Workbench) -> list[Row]:
    size_bytes = (128 if bench.quick else 512) * _MIB
    film_path = bench.folder / "upload.mp4"
    with film_path.open("wb") as film:
        film.write(_HEAD)
        film.truncate(size_bytes)
    env = {**bench.product.stack.environment, "S3_BUCKET": _BUCKET}
    with _api(env, bench.folder / "uploads.db") as port:
        store = Minio(
            env["S3_ENDPOINT"], env["S3_ACCESS_KEY"], env["S3_SECRET_KEY"], secure=False, region="us-east-1"
        )
        senders: dict[str, Callable[[], None]] = {
            "the store's own client": lambda: _put(store, film_path, size_bytes),
            "POST /video/upload": lambda: _post_form(port, film_path, size_bytes),
            "tus, one request": lambda: _tus(port, film_path, size_bytes, size_bytes),
            "tus, requests of 8 MiB": lambda: _tus(port, film_path, size_bytes, _PART_BYTES),
        }
        took_s: dict[str, list[float]] = {name: [] for name in senders}
        # Alternately, so that other load on the machine affects all alike.
        for _ in range(2 if bench.quick else _ROUNDS):
            for name, send in senders.items():
                started_s = time.monotonic()
                send()
                took_s[name].append(time.monotonic() - started_s)
                _empty(store)
    film_path.unlink()
    alone, *through = senders
    return [_row(name, took_s[name], took_s[alone], size_bytes) for name in through]


def _row(name: str, ours_s: list[float], theirs_s: list[float], size_bytes: int) -> Row:
    def rates_of(seconds: list[float]) -> str:
        rates = ", ".join(f"{size_bytes / _MIB / each:.0f}" for each in seconds)
        return f"{rates} MiB/s"

    # The best of each: other work on the machine makes a run slower, never faster.
    return Row(
        f"upload: throughput of {name} ÷ the store's own client",
        ratio(min(theirs_s), min(ours_s)),
        f"{size_bytes // _MIB} MiB, best of {len(ours_s)} in turn: {rates_of(ours_s)}; put_object in parts "
        f"of {_PART_BYTES // _MIB} MiB {rates_of(theirs_s)}",
        f"≥ {_GOAL}",
        min(theirs_s) / min(ours_s) >= _GOAL,
    )


def _put(store: Minio, film_path: Path, size_bytes: int) -> None:
    with film_path.open("rb") as film:
        store.put_object(_BUCKET, f"plain/{uuid.uuid4().hex}", film, size_bytes, part_size=_PART_BYTES)


def _post_form(port: int, film_path: Path, size_bytes: int) -> None:
    opening = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'.encode()
    )
    ending = f"\r\n--{_BOUNDARY}--\r\n".encode()
    head = (
        "POST /video/upload HTTP/1.1\r\nHost: bench\r\n"
        f"Content-Type: multipart/form-data; boundary={_BOUNDARY}\r\n"
        f"Content-Length: {len(opening) + size_bytes + len(ending)}\r\n\r\n"
    )
    with _connected(port) as connection:
        connection.sendall(head.encode() + opening)
        _send_file(connection, film_path, 0, size_bytes)
        connection.sendall(ending)
        _expect(connection, b"202")


def _tus(port: int, film_path: Path, size_bytes: int, step_bytes: int) -> None:
    with _connected(port) as connection:
        creation = f"POST /files HTTP/1.1\r\nHost: bench\r\n{_TUS}Upload-Length: {size_bytes}\r\n"
        connection.sendall(f"{creation}Content-Length: 0\r\n\r\n".encode())
        path = _header(_expect(connection, b"201"), "location")
        for offset_bytes in range(0, size_bytes, step_bytes):
            head = (
                f"PATCH {path} HTTP/1.1\r\nHost: bench\r\n{_TUS}Upload-Offset: {offset_bytes}\r\n"
                f"Content-Type: application/offset+octet-stream\r\nContent-Length: {step_bytes}\r\n\r\n"
            )
            connection.sendall(head.encode())
            _send_file(connection, film_path, offset_bytes, step_bytes)
            answer = _expect(connection, b"204")
        if not _header(answer, "task-id"):
            raise RunFailed("the upload is complete and no task was started")


@contextmanager
def _connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        yield connection


def _send_file(connection: socket.socket, film_path: Path, offset_bytes: int, size_bytes: int) -> None:
    """Read and send blocks as a client does, without `sendfile`."""
    with film_path.open("rb") as film:
        film.seek(offset_bytes)
        left = size_bytes
        while left:
            block = film.read(min(left, _MIB))
            connection.sendall(block)
            left -= len(block)


def _expect(connection: socket.socket, status: bytes) -> str:
    answer = b""
    while b"\r\n\r\n" not in answer:
        block = connection.recv(65536)
        if not block:
            break
        answer += block
    if answer.split(b" ", 2)[1:2] != [status]:
        raise RunFailed(f"an upload was answered with {answer[:300]!r}")
    return answer.decode()


def _header(answer: str, name: str) -> str:
    lines = (line.partition(":") for line in answer.splitlines())
    return next((value.strip() for found, _, value in lines if found.lower() == name), "")


def _empty(store: Minio) -> None:
    for found in store.list_objects(_BUCKET, recursive=True):
        store.remove_object(_BUCKET, str(found.object_name))


@contextmanager
def _api(env: Mapping[str, str], database: Path) -> Iterator[int]:
    [port] = free_ports("127.0.0.1", 1)
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.uploads.api_process", str(port), str(database)],
        cwd=REPOSITORY_PATH,
        env={**os.environ, **env},
    )
    try:
        deadline_s = time.monotonic() + 120
        while not answers(f"http://127.0.0.1:{port}/health"):
            if process.poll() is not None or time.monotonic() > deadline_s:
                raise RunFailed("the API to measure does not answer")
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()
