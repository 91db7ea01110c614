"""Streaming of parts to the store while they arrive, with failures of the sender and of the store."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx

from adapters.object_store import S3ObjectStore, StoredPart, StoreSettings
from adapters.object_store.connection import connect
from adapters.object_store.numbered import NumberedParts
from api.access.callers import OWNER
from api.app import create_app
from domain.errors import StoreUnavailable
from tests.chaos.event_loop import Background
from tests.chaos.faults.store_proxy import Harm, StoreProxy, Trouble
from tests.servers.temporal_server import free_port
from tests.unit.api.conftest import Harness
from tests.unit.api.uploads.tus.requests import MIB, begin, film, offset_of, send
from tests.unit.api.uploads.tus.test_resumable_breaks import disconnect


class RecordingParts(NumberedParts):
    """Store that records the numbers of streamed parts, and fails during some of them."""

    def __init__(self, inner: NumberedParts, failures: int = 0) -> None:
        super().__init__(inner._quick, inner._patient, inner._bucket)
        self.begun: list[int] = []
        self.whole: list[int] = []
        self._failures = failures

    def stream(
        self, key: str, upload_id: str, number: int, blocks: Iterable[memoryview], size_bytes: int
    ) -> StoredPart:
        self.begun.append(number)
        if self._failures:
            self._failures -= 1
            next(iter(blocks))
            raise StoreUnavailable("died in the middle of a part")
        part = super().stream(key, upload_id, number, blocks, size_bytes)
        self.whole.append(number)
        return part


def recording(harness: Harness, settings: StoreSettings, failures: int = 0) -> tuple[Harness, RecordingParts]:
    """Returns the same API over a store that records its parts."""
    store = S3ObjectStore(settings)
    store.parts = watched = RecordingParts(store.parts, failures)
    return replace(harness, services=replace(harness.services, store=store)), watched


@asynccontextmanager
async def client_of(harness: Harness) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(harness.services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        yield client


def assert_stored(harness: Harness, content: bytes) -> None:
    [row] = harness.services.catalogue.page(OWNER).videos
    assert row.source_sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(harness.services.store.open_range(row.source_key, 0, row.size_bytes)) == content
    assert harness.leftovers() == [row.source_key, f"row {row.task_id}"]


async def test_bytes_of_an_interrupted_streamed_part_need_not_be_sent_again(
    harness: Harness, store_settings: StoreSettings
) -> None:
    content = film(12 * MIB)
    seen, parts = recording(harness, store_settings)
    path = await begin(harness.client, 12 * MIB)

    # In the first part; in the second, after a piece; in the last.
    for start, end in ((0, 3 * MIB + 1), (3 * MIB + 1, 7 * MIB), (7 * MIB, 9 * MIB + 5)):
        announced = {"Content-Length": str(12 * MIB - start)}
        assert await disconnect(seen, path, start, content[start:end], **announced) == 400
        assert await offset_of(harness.client, path) == end
    async with client_of(seen) as client:
        last = await send(client, path, 9 * MIB + 5, content[9 * MIB + 5 :])

    assert last.status_code == 204
    # An abandoned part number is not used again.
    assert (parts.begun, parts.whole) == ([1, 2, 3, 4, 5], [3, 5])
    assert_stored(harness, content)


async def test_a_part_that_fails_in_the_store_is_written_again(
    harness: Harness, store_settings: StoreSettings
) -> None:
    content = film(12 * MIB)
    seen, parts = recording(harness, store_settings, failures=1)
    path = await begin(harness.client, 12 * MIB)

    async with client_of(seen) as client:
        answer = await send(client, path, 0, content)

    assert answer.status_code == 204
    assert (parts.begun, parts.whole) == ([1, 3], [3])
    assert_stored(harness, content)


async def test_a_store_that_fails_in_every_part_loses_only_uncommitted_bytes(
    harness: Harness, store_settings: StoreSettings
) -> None:
    content = film(12 * MIB)
    path = await begin(harness.client, 12 * MIB)
    host, _, port = store_settings.endpoint.rpartition(":")
    with Background() as background:
        proxy = StoreProxy(background, proxy_port := free_port(), (host, int(port)))
        seen, parts = recording(harness, replace(store_settings, endpoint=f"127.0.0.1:{proxy_port}"))
        async with client_of(seen) as client:
            first = await send(client, path, 0, content[: 8 * MIB])
            proxy.trouble = Trouble(Harm.CUT_REQUEST, 0.5, writes_only=True)
            broken = await send(client, path, 8 * MIB, content[8 * MIB :])
            stands_at = await offset_of(client, path)
            proxy.trouble = None
            last = await send(client, path, 8 * MIB, content[8 * MIB :])
        proxy.close()

    assert (first.status_code, broken.status_code, last.status_code) == (204, 503, 204)
    assert stands_at == 8 * MIB
    # The third number may have been written when the second failed.
    assert (parts.begun, parts.whole) == ([1, 2, 4], [1, 4])
    assert_stored(harness, content)


async def test_only_parts_that_arrive_whole_in_one_request_are_streamed(
    harness: Harness, store_settings: StoreSettings
) -> None:
    content = film(12 * MIB)
    seen, parts = recording(harness, store_settings)
    path = await begin(harness.client, 12 * MIB)

    async with client_of(seen) as client:
        for start in range(0, 12 * MIB, 3 * MIB):
            await send(client, path, start, content[start : start + 3 * MIB])

    # The third request brings the rest of the first part, the fourth that of the last.
    assert parts.whole == [1, 2]
    assert_stored(harness, content)


async def test_a_store_that_hangs_in_a_part_is_unavailable_and_loses_no_part(
    harness: Harness, store_settings: StoreSettings
) -> None:
    content = film(12 * MIB)
    path = await begin(harness.client, 12 * MIB)
    seen, parts = recording(harness, store_settings)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        # The kernel accepts connections, but no process reads from them.
        stalled = replace(store_settings, endpoint=f"127.0.0.1:{silent.getsockname()[1]}")
        parts.begin = harness.services.store.parts.begin  # type: ignore[method-assign]
        parts._quick = connect(stalled, answer_timeout_s=0.5)
        async with client_of(seen) as client:
            broken = await send(client, path, 0, content)

    assert (broken.status_code, broken.json()["code"]) == (503, "StoreUnavailable")
    assert (parts.begun, parts.whole) == ([1], [])
    assert await offset_of(harness.client, path) == 0
    await send(harness.client, path, 0, content)
    [row] = harness.services.catalogue.page(OWNER).videos
    assert b"".join(harness.services.store.open_range(row.source_key, 0, row.size_bytes)) == content
