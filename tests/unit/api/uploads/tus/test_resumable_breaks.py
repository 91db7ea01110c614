"""What happens to a resumable upload when its sender, its time or its turn is over."""

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
from tests.unit.api.conftest import Stand
from tests.unit.api.uploads.tus.requests import CHUNK, MIB, TUS, begin, film, offset_of, send


async def hang_up(stand: Stand, path: str, offset: int, content: bytes, **headers: str) -> int:
    """Send these bytes, and be gone before the rest; the status that nobody reads."""
    told = {**CHUNK, "Upload-Offset": str(offset), **headers}
    scope = {
        **{"type": "http", "method": "PATCH", "path": path, "query_string": b"", "http_version": "1.1"},
        **{"scheme": "http", "client": ("192.0.2.1", 1), "server": ("api", 80)},
        "headers": [(name.lower().encode(), value.encode()) for name, value in told.items()],
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

    await create_app(stand.services)(scope, receive, answer)  # type: ignore[arg-type]
    return int(str(statuses[0]))


async def test_bytes_before_a_disconnect_need_not_be_sent_again(stand: Stand) -> None:
    content = film(12 * MIB)
    path = await begin(stand.client, 12 * MIB)

    assert await hang_up(stand, path, 0, content[:3_000]) == 400
    assert await offset_of(stand.client, path) == 3_000
    assert await hang_up(stand, path, 3_000, content[3_000:9_000_001]) == 400
    assert await offset_of(stand.client, path) == 9_000_001
    await send(stand.client, path, 9_000_001, content[9_000_001:])

    [row] = stand.services.catalogue.page(OWNER).videos
    assert row.source_sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(stand.services.store.open_range(row.source_key, 0, row.size_bytes)) == content
    assert stand.leftovers() == [row.source_key, f"row {row.task_id}"]


async def test_an_incomplete_request_with_a_checksum_does_not_count(stand: Stand) -> None:
    path = await begin(stand.client, 12 * MIB)

    await hang_up(stand, path, 0, film(12 * MIB)[: 9 * MIB], **{"Upload-Checksum": "sha1 abcd"})

    assert await offset_of(stand.client, path) == 0


async def test_the_newer_of_two_simultaneous_senders_continues_and_nothing_is_mixed(stand: Stand) -> None:
    content = film(12 * MIB)
    path = await begin(stand.client, 12 * MIB)
    came, go_on = asyncio.Event(), asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b"\xff" + content[1 : 4 * MIB]
        came.set()
        await go_on.wait()
        yield bytes(8 * MIB)

    older = asyncio.create_task(send(stand.client, path, 0, stalled()))
    await came.wait()
    newer = await send(stand.client, path, 0, content[: 9 * MIB])
    go_on.set()

    assert (newer.status_code, (await older).status_code) == (204, 409)
    assert await offset_of(stand.client, path) == 9 * MIB
    await send(stand.client, path, 9 * MIB, content[9 * MIB :])
    [row] = stand.services.catalogue.page(OWNER).videos
    assert b"".join(stand.services.store.open_range(row.source_key, 0, row.size_bytes)) == content


async def test_ten_simultaneous_senders_of_the_same_bytes_make_one_task(stand: Stand) -> None:
    content = film(10_000)
    path = await begin(stand.client, 10_000)

    answers = await asyncio.gather(*(send(stand.client, path, 0, content) for _ in range(10)))
    await asyncio.gather(*(stand.client.head(path, headers=TUS) for _ in range(5)))

    assert {answer.status_code for answer in answers} <= {204, 409}
    [row] = stand.services.catalogue.page(OWNER).videos
    assert row.source_sha256 == hashlib.sha256(content).hexdigest()
    assert {request.task_id for request in stand.tasks.started} == {row.task_id}


async def test_an_expired_upload_is_gone(stand: Stand) -> None:
    stand.services.catalogue.uploads.add(resumable_upload("old", owner=OWNER))

    answers = [
        await stand.client.head("/files/old", headers=TUS),
        await send(stand.client, "/files/old", 0, b"x"),
        await stand.client.delete("/files/old", headers=TUS),
    ]

    assert [answer.status_code for answer in answers] == [410, 410, 410]


async def test_an_upload_over_its_owners_quota_is_refused_at_its_creation(stand: Stand) -> None:
    async with stand.under(HttpSettings(), quotas=Quotas(stored_bytes=15_000)) as client:
        first = await begin(client, 10_000)
        refused = await client.post("/files", headers={**TUS, "Upload-Length": "10000"})
        await client.delete(first, headers=TUS)
        again = await client.post("/files", headers={**TUS, "Upload-Length": "10000"})

    assert (refused.status_code, refused.json()["code"]) == (429, "QuotaExceeded")
    assert again.status_code == 201


async def test_a_complete_upload_over_the_quota_waits_until_there_is_room(stand: Stand) -> None:
    path = await begin(stand.client, 10_000)
    async with stand.under(HttpSettings(), quotas=Quotas(stored_bytes=5_000)) as client:
        refused = await send(client, path, 0, film(10_000))

    answer = await stand.client.head(path, headers=TUS)

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
    assert answer.headers["task-id"] == stand.services.catalogue.page(OWNER).videos[0].task_id


async def test_only_the_creation_counts_as_an_upload(stand: Stand) -> None:
    settings = HttpSettings(RateLimits(uploads=tuple(parse_many("1/hour"))))
    async with stand.under(settings) as client:
        path = await begin(client, 10_000)
        pieces = [
            await send(client, path, start, film(10_000)[start : start + 2_000]) for start in (0, 2_000)
        ]
        refused = await client.post("/files", headers={**TUS, "Upload-Length": "10000"})

    assert [answer.status_code for answer in pieces] == [204, 204]
    assert (refused.status_code, refused.headers["tus-resumable"]) == (429, "1.0.0")


async def test_the_reconciler_starts_the_task_of_a_complete_upload(stand: Stand) -> None:
    path = await begin(stand.client, 10_000)
    stand.tasks.fault = WorkflowsUnavailable("down")
    await send(stand.client, path, 0, film(10_000))
    stand.tasks.fault = None
    stand.tasks.started.clear()

    assert [await complete_uploads(stand.services, now_us()) for _ in range(2)] == [1, 0]

    [row] = stand.services.catalogue.page(OWNER).videos
    assert [request.task_id for request in stand.tasks.started] == [row.task_id]


class Busy(NumberedParts):
    """A store that is still putting the parts together for a request that was cut off: they are hidden."""

    def __init__(self, inner: NumberedParts) -> None:
        super().__init__(inner._quick, inner._patient, inner._bucket)
        self.is_busy = True

    def complete(self, key: str, upload_id: str, services: Sequence[StoredPart], size_bytes: int) -> None:
        if self.is_busy:
            raise FileUnknown("the parts are hidden")
        super().complete(key, upload_id, services, size_bytes)


async def test_parts_that_the_store_hides_while_it_joins_them_are_a_temporary_error(
    stand: Stand, store_settings: StoreSettings
) -> None:
    content = film(12 * MIB)
    path = await begin(stand.client, 12 * MIB)
    store = S3ObjectStore(store_settings)
    store.parts = busy = Busy(store.parts)
    app = create_app(replace(stand.services, store=store))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        last = await send(client, path, 0, content)
        meanwhile = await client.head(path, headers=TUS)
        busy.is_busy = False
        afterwards = await client.head(path, headers=TUS)

    assert (last.status_code, meanwhile.status_code) == (503, 200)
    assert "task-id" not in meanwhile.headers
    [row] = stand.services.catalogue.page(OWNER).videos
    assert afterwards.headers["task-id"] == row.task_id
    assert b"".join(stand.services.store.open_range(row.source_key, 0, row.size_bytes)) == content


class Forgetful(ResumableUploads):
    """A database whose answer to a part is lost once."""

    def __init__(self, inner: Catalogue) -> None:
        super().__init__(inner._engine)
        self.losses = 1

    def keep(self, progress):  # type: ignore[no-untyped-def]
        super().keep(progress)
        if self.losses:
            self.losses -= 1
            raise CatalogueUnavailable("the answer got lost")


async def test_a_part_whose_response_was_lost_is_counted_once(stand: Stand) -> None:
    content = film(12 * MIB)
    path = await begin(stand.client, 12 * MIB)
    catalogue = Catalogue(stand.services.catalogue._engine)
    catalogue.uploads = Forgetful(catalogue)
    app = create_app(replace(stand.services, catalogue=catalogue))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        broken = await send(client, path, 0, content)
    assert (broken.status_code, await offset_of(stand.client, path)) == (503, 8 * MIB)

    await send(stand.client, path, 8 * MIB, content[8 * MIB :])

    [row] = stand.services.catalogue.page(OWNER).videos
    assert row.source_sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(stand.services.store.open_range(row.source_key, 0, row.size_bytes)) == content
