"""Interrupted resumable uploads: disconnects, competing senders, expiry, quotas, lost responses."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import httpx
from limits import parse_many

from adapters.catalogue import ResumableUploads
from adapters.catalogue.catalogue import Catalogue
from adapters.object_store import S3ObjectStore, StoredPart, StoreSettings
from adapters.object_store.numbered import NumberedParts
from api.access.callers import OWNER
from api.app import create_app
from api.http.clock import now_us
from api.operation.reconciler import complete_uploads
from api.settings import HttpSettings, RateLimits
from domain.accounts.quotas import Quotas
from domain.errors import CatalogueUnavailable, FileUnknown, WorkflowsUnavailable
from tests.contract.catalogue.videos import resumable_upload
from tests.unit.api.conftest import Harness
from tests.unit.api.uploads.tus.requests import CHUNK, MIB, TUS, begin, film, offset_of, send


async def disconnect(harness: Harness, path: str, offset: int, content: bytes, **headers: str) -> int:
    """Sends these bytes and disconnects before the rest; returns the status of the response."""
    sent = {**CHUNK, "Upload-Offset": str(offset), **headers}
    scope = {
        **{"type": "http", "method": "PATCH", "path": path, "query_string": b"", "http_version": "1.1"},
        **{"scheme": "http", "client": ("192.0.2.1", 1), "server": ("api", 80)},
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
    }
    pieces = [content[start : start + 65536] for start in range(0, len(content), 65536)]
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.disconnect"})
    coming = iter(messages)
    statuses = []

    async def receive() -> dict[str, object]:
        return next(coming, messages[-1])

    async def answer(message: dict[str, object]) -> None:
        if "status" in message:
            statuses.append(message["status"])

    await create_app(harness.services)(scope, receive, answer)  # type: ignore[arg-type]
    return int(str(statuses[0]))


async def test_bytes_before_a_disconnect_need_not_be_sent_again(harness: Harness) -> None:
    content = film(12 * MIB)
    path = await begin(harness.client, 12 * MIB)

    assert await disconnect(harness, path, 0, content[:3_000]) == 400
    assert await offset_of(harness.client, path) == 3_000
    assert await disconnect(harness, path, 3_000, content[3_000:9_000_001]) == 400
    assert await offset_of(harness.client, path) == 9_000_001
    await send(harness.client, path, 9_000_001, content[9_000_001:])

    [row] = harness.services.catalogue.page(OWNER).videos
    assert row.source_sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(harness.services.store.open_range(row.source_key, 0, row.size_bytes)) == content
    assert harness.leftovers() == [row.source_key, f"row {row.task_id}"]


async def test_an_incomplete_request_with_a_checksum_does_not_count(harness: Harness) -> None:
    path = await begin(harness.client, 12 * MIB)

    await disconnect(harness, path, 0, film(12 * MIB)[: 9 * MIB], **{"Upload-Checksum": "sha1 abcd"})

    assert await offset_of(harness.client, path) == 0


async def test_the_newer_of_two_simultaneous_senders_continues_and_nothing_is_mixed(harness: Harness) -> None:
    content = film(12 * MIB)
    path = await begin(harness.client, 12 * MIB)
    came, go_on = asyncio.Event(), asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b"\xff" + content[1 : 4 * MIB]
        came.set()
        await go_on.wait()
        yield bytes(8 * MIB)

    older = asyncio.create_task(send(harness.client, path, 0, stalled()))
    await came.wait()
    newer = await send(harness.client, path, 0, content[: 9 * MIB])
    go_on.set()

    assert (newer.status_code, (await older).status_code) == (204, 409)
    assert await offset_of(harness.client, path) == 9 * MIB
    await send(harness.client, path, 9 * MIB, content[9 * MIB :])
    [row] = harness.services.catalogue.page(OWNER).videos
    assert b"".join(harness.services.store.open_range(row.source_key, 0, row.size_bytes)) == content


async def test_ten_simultaneous_senders_of_the_same_bytes_make_one_task(harness: Harness) -> None:
    content = film(10_000)
    path = await begin(harness.client, 10_000)

    answers = await asyncio.gather(*(send(harness.client, path, 0, content) for _ in range(10)))
    await asyncio.gather(*(harness.client.head(path, headers=TUS) for _ in range(5)))

    assert {answer.status_code for answer in answers} <= {204, 409}
    [row] = harness.services.catalogue.page(OWNER).videos
    assert row.source_sha256 == hashlib.sha256(content).hexdigest()
    assert {request.task_id for request in harness.tasks.started} == {row.task_id}


async def test_an_expired_upload_is_gone(harness: Harness) -> None:
    harness.services.catalogue.uploads.add(resumable_upload("old", owner=OWNER))

    answers = [
        await harness.client.head("/files/old", headers=TUS),
        await send(harness.client, "/files/old", 0, b"x"),
        await harness.client.delete("/files/old", headers=TUS),
    ]

    assert [answer.status_code for answer in answers] == [410, 410, 410]


async def test_an_upload_over_its_owners_quota_is_refused_at_its_creation(harness: Harness) -> None:
    async with harness.with_settings(HttpSettings(), quotas=Quotas(stored_bytes=15_000)) as client:
        first = await begin(client, 10_000)
        refused = await client.post("/files", headers={**TUS, "Upload-Length": "10000"})
        await client.delete(first, headers=TUS)
        again = await client.post("/files", headers={**TUS, "Upload-Length": "10000"})

    assert (refused.status_code, refused.json()["code"]) == (429, "QuotaExceeded")
    assert again.status_code == 201


async def test_a_complete_upload_over_the_quota_waits_until_there_is_room(harness: Harness) -> None:
    path = await begin(harness.client, 10_000)
    async with harness.with_settings(HttpSettings(), quotas=Quotas(stored_bytes=5_000)) as client:
        refused = await send(client, path, 0, film(10_000))

    answer = await harness.client.head(path, headers=TUS)

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
    assert answer.headers["task-id"] == harness.services.catalogue.page(OWNER).videos[0].task_id


async def test_only_the_creation_counts_as_an_upload(harness: Harness) -> None:
    settings = HttpSettings(RateLimits(uploads=tuple(parse_many("1/hour"))))
    async with harness.with_settings(settings) as client:
        path = await begin(client, 10_000)
        pieces = [
            await send(client, path, start, film(10_000)[start : start + 2_000]) for start in (0, 2_000)
        ]
        refused = await client.post("/files", headers={**TUS, "Upload-Length": "10000"})

    assert [answer.status_code for answer in pieces] == [204, 204]
    assert (refused.status_code, refused.headers["tus-resumable"]) == (429, "1.0.0")


async def test_the_reconciler_starts_the_task_of_a_complete_upload(harness: Harness) -> None:
    path = await begin(harness.client, 10_000)
    harness.tasks.fault = WorkflowsUnavailable("down")
    await send(harness.client, path, 0, film(10_000))
    harness.tasks.fault = None
    harness.tasks.started.clear()

    assert [await complete_uploads(harness.services, now_us()) for _ in range(2)] == [1, 0]

    [row] = harness.services.catalogue.page(OWNER).videos
    assert [request.task_id for request in harness.tasks.started] == [row.task_id]


class HiddenParts(NumberedParts):
    """Store that hides the parts once, as it does while it joins them for an interrupted request."""

    def __init__(self, inner: NumberedParts) -> None:
        super().__init__(inner._quick, inner._patient, inner._bucket)
        self.is_busy = True

    def complete(self, key: str, upload_id: str, parts: Sequence[StoredPart], size_bytes: int) -> None:
        if self.is_busy:
            raise FileUnknown("the parts are hidden")
        super().complete(key, upload_id, parts, size_bytes)


async def test_parts_that_the_store_hides_while_it_joins_them_are_a_temporary_error(
    harness: Harness, store_settings: StoreSettings
) -> None:
    content = film(12 * MIB)
    path = await begin(harness.client, 12 * MIB)
    store = S3ObjectStore(store_settings)
    store.parts = busy = HiddenParts(store.parts)
    app = create_app(replace(harness.services, store=store))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        last = await send(client, path, 0, content)
        meanwhile = await client.head(path, headers=TUS)
        busy.is_busy = False
        afterwards = await client.head(path, headers=TUS)

    assert (last.status_code, meanwhile.status_code) == (503, 200)
    assert "task-id" not in meanwhile.headers
    [row] = harness.services.catalogue.page(OWNER).videos
    assert afterwards.headers["task-id"] == row.task_id
    assert b"".join(harness.services.store.open_range(row.source_key, 0, row.size_bytes)) == content


class LosesOneResponse(ResumableUploads):
    """Catalogue that loses its response to one part."""

    def __init__(self, inner: Catalogue) -> None:
        super().__init__(inner._engine)
        self.losses = 1

    def save(self, progress):  # type: ignore[no-untyped-def]
        super().save(progress)
        if self.losses:
            self.losses -= 1
            raise CatalogueUnavailable("the answer got lost")


async def test_a_part_whose_response_was_lost_is_counted_once(harness: Harness) -> None:
    content = film(12 * MIB)
    path = await begin(harness.client, 12 * MIB)
    catalogue = Catalogue(harness.services.catalogue._engine)
    catalogue.uploads = LosesOneResponse(catalogue)
    app = create_app(replace(harness.services, catalogue=catalogue))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        broken = await send(client, path, 0, content)
    assert (broken.status_code, await offset_of(harness.client, path)) == (503, 8 * MIB)

    await send(harness.client, path, 8 * MIB, content[8 * MIB :])

    [row] = harness.services.catalogue.page(OWNER).videos
    assert row.source_sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(harness.services.store.open_range(row.source_key, 0, row.size_bytes)) == content
