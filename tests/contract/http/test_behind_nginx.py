"""The API behind the nginx that the product ships: slow senders, streamed uploads, rate limits, errors."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from adapters.object_store import S3ObjectStore
from tests.contract.http.front import NGINX, nginx
from tests.contract.store.servers import s3_server
from tests.servers.ports import free_port
from tests.servers.product_process import product_environment, running_api
from tests.servers.temporal_server import temporal_server
from tests.unit.api.forms import BOUNDARY, HEADERS, part, video
from tests.unit.api.uploads.tus.requests import TUS, begin, offset_of, send

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: `make test-tools` does it")

MIB = 1024 * 1024
FORM_START = part("file", video(), "a.mp4")[:-2]
FORM_END = f"\r\n--{BOUNDARY}--\r\n".encode()


@dataclass
class Api:
    url: str
    store: S3ObjectStore


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("behind")
    with temporal_server(folder / "temporal.log") as temporal, s3_server("versitygw", folder) as server:
        settings = replace(server, bucket="behind")
        environment = product_environment(settings, temporal, folder)
        limits = {
            "RATE_LIMIT": "60/day",
            "UPLOAD_RATE_LIMIT": "0",
            "TRUSTED_PROXIES": "127.0.0.1",
            "ALLOWED_HOSTS": "front",
        }
        with running_api({**environment, **limits}, folder / "api.log") as url:
            yield Api(url, S3ObjectStore(settings))


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def upload_head(body: str) -> bytes:
    kind = f"Content-Type: {HEADERS['Content-Type']}"
    return f"POST /video/upload HTTP/1.1\r\nHost: front\r\n{kind}\r\n{body}\r\n\r\n".encode()


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    # Ends a hanging test; far above every tested time limit.
    with socket.create_connection(("127.0.0.1", port_of(url)), timeout=120) as connection:
        yield connection


def read_to_the_end(connection: socket.socket) -> bytes:
    """Returns all bytes until the other side closes or resets the connection."""
    answer = b""
    try:
        while piece := connection.recv(65536):
            answer += piece
    except ConnectionResetError:
        pass
    return answer


def test_a_connection_with_an_unfinished_request_head_is_closed(api: Api, tmp_path: Path) -> None:
    with nginx(api.url, tmp_path / "nginx", CLIENT_TIMEOUT="1s") as url, connected(url) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: front\r\nX-Slow: ")

        answer = read_to_the_end(connection)

    assert b" 200 " not in answer


def test_a_connection_with_a_stalled_body_is_closed_and_leaves_nothing(api: Api, tmp_path: Path) -> None:
    with nginx(api.url, tmp_path / "nginx", CLIENT_TIMEOUT="1s") as url, connected(url) as connection:
        connection.sendall(upload_head("Content-Length: 50000000") + FORM_START + bytes(MIB))

        answer = read_to_the_end(connection)

    assert b" 202 " not in answer
    assert list(api.store.list_prefix("")) == []


async def test_an_upload_is_streamed_to_the_api_before_its_last_byte_is_sent(
    api: Api, tmp_path: Path
) -> None:
    before_the_end: list[str] = []

    async def body() -> AsyncIterator[bytes]:
        yield FORM_START
        for _ in range(20):
            yield bytes(MIB)
        for _ in range(1200):
            before_the_end.extend(
                upload.key for upload in await asyncio.to_thread(api.store.unfinished, "videos/")
            )
            if before_the_end:
                break
            await asyncio.sleep(0.05)
        # The bytes are no video: leave the form unfinished, and nothing stays.
        yield b""

    with nginx(api.url, tmp_path / "nginx") as url:
        async with httpx.AsyncClient(timeout=120) as client:
            answer = await client.post(f"{url}/video/upload", content=body(), headers=HEADERS)

    assert before_the_end
    assert (answer.status_code, answer.json()["code"]) == (400, "FormBroken")


async def test_a_resumable_upload_is_streamed_too_and_only_its_creation_counts_as_an_upload(
    api: Api, tmp_path: Path
) -> None:
    content = video(20 * MIB)
    while_it_came: list[str] = []

    async def body() -> AsyncIterator[bytes]:
        yield content[: 19 * MIB]
        for _ in range(1200):
            while_it_came.extend(
                upload.key for upload in await asyncio.to_thread(api.store.unfinished, "videos/")
            )
            if while_it_came:
                break
            await asyncio.sleep(0.05)
        yield content[19 * MIB : -1]

    with nginx(api.url, tmp_path / "nginx", UPLOAD_RATE="1r/m", MAX_BODY_SIZE="30m") as url:
        async with httpx.AsyncClient(timeout=120, base_url=url) as client:
            path = await begin(client, len(content))
            answer = await send(client, path, 0, body())
            offset = await offset_of(client, path)
            await client.delete(path, headers=TUS)
            beginnings = [await client.post("/files/", headers=TUS) for _ in range(5)]

    assert while_it_came
    assert (answer.status_code, offset) == (204, 20 * MIB - 1)
    assert [answer.status_code for answer in beginnings] == [400] * 4 + [429]
    assert list(api.store.list_prefix("")) == api.store.unfinished("") == []


async def test_a_flood_from_one_address_gets_a_problem_document_with_status_429(
    api: Api, tmp_path: Path
) -> None:
    with nginx(api.url, tmp_path / "nginx", REQUEST_RATE="1r/m") as url:
        async with httpx.AsyncClient(timeout=60) as client:
            answers = [await client.get(f"{url}/health") for _ in range(30)]

    # One request, and a burst of 20.
    assert Counter(answer.status_code for answer in answers) == {200: 21, 429: 9}
    refused = answers[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert (refused.json()["code"], refused.json()["status"]) == ("RateExceeded", 429)
    assert refused.headers["retry-after"] == "1"
    assert "nginx/" not in refused.headers["server"]


async def test_uploads_have_a_tighter_limit_than_other_requests(api: Api, tmp_path: Path) -> None:
    with nginx(api.url, tmp_path / "nginx", UPLOAD_RATE="1r/m") as url:
        async with httpx.AsyncClient(timeout=60) as client:
            answers = [await client.post(f"{url}/video/upload", data={"a": "b"}) for _ in range(8)]
            other = await client.get(f"{url}/health")

    assert [answer.status_code for answer in answers] == [400] * 5 + [429] * 3
    assert other.status_code == 200


async def test_the_api_counts_callers_by_address_and_ignores_forged_forwarded_addresses(
    api: Api, tmp_path: Path
) -> None:
    with nginx(api.url, tmp_path / "nginx") as url:
        async with httpx.AsyncClient(timeout=60) as client:
            made_up = [
                await client.get(f"{url}/nowhere", headers={"X-Forwarded-For": f"192.0.2.{number}"})
                for number in range(61)
            ]
            # The API itself trusts forwarded addresses from this machine.
            direct = await client.get(f"{api.url}/nowhere", headers={"X-Forwarded-For": "198.51.100.7"})

    assert made_up[-1].status_code == 429
    assert made_up[-1].headers["ratelimit-policy"] == '"requests";q=60;w=86400'
    assert direct.status_code == 404


@pytest.mark.parametrize(
    ("request_head", "status", "code"),
    [
        (b"GET /metrics HTTP/1.1\r\nHost: front\r\n\r\n", 404, "NotFound"),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: front\r\n\r\n", 414, "RequestUriTooLong"),
        (
            b"GET / HTTP/1.1\r\nHost: front\r\nX: " + b"x" * 9000 + b"\r\n\r\n",
            431,
            "RequestHeaderFieldsTooLarge",
        ),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "BadRequest"),
        (upload_head("Content-Length: 200000000"), 413, "SourceTooLarge"),
        (b'GET /"}{ HTTP/1.1\r\nHost: front\r\nContent-Length: 99999999\r\n\r\n', 413, "SourceTooLarge"),
    ],
)
def test_refusals_of_nginx_are_problem_documents_too(
    api: Api, tmp_path: Path, request_head: bytes, status: int, code: str
) -> None:
    with nginx(api.url, tmp_path / "nginx") as url, connected(url) as connection:
        connection.sendall(request_head)
        connection.shutdown(socket.SHUT_WR)
        head, _, body = read_to_the_end(connection).partition(b"\r\n\r\n")

    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" in head
    assert (json.loads(body)["code"], json.loads(body)["status"]) == (code, status)


async def test_an_unreachable_api_is_a_problem_document_with_status_503(tmp_path: Path) -> None:
    with nginx(f"http://127.0.0.1:{free_port()}", tmp_path / "nginx") as url:
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.get(f"{url}/tasks")

    assert (answer.status_code, answer.json()["code"]) == (503, "ApiUnavailable")
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_nginx_passes_a_valid_request_id_on_and_replaces_any_other(
    api: Api, tmp_path: Path, path: str
) -> None:
    """`/metrics` is refused by nginx itself."""
    with nginx(api.url, tmp_path / "nginx") as url:
        named = httpx.get(url + path, headers={"X-Request-ID": "shop-2026.11_42"}, trust_env=False)
        odd = httpx.get(url + path, headers={"X-Request-ID": 'a "quote"'}, trust_env=False)

    assert named.headers["x-request-id"] == "shop-2026.11_42"
    assert len(odd.headers["x-request-id"]) == 32
