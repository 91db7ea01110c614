"""Resumable uploads: any pieces become one object and exactly one task."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from adapters.catalogue import VideoRow
from api.access.callers import OWNER
from domain.errors import WorkflowsUnavailable
from domain.messages.start import Admission
from domain.tasks.options import SubtitleMode
from tests.unit.api.conftest import LIMIT_BYTES, Harness
from tests.unit.api.uploads.tus.requests import CHUNK, MIB, TUS, begin, film, metadata, offset_of, send


def only_video(harness: Harness) -> VideoRow:
    [row] = harness.services.catalogue.page(OWNER).videos
    return row


def stored(harness: Harness, row: VideoRow) -> bytes:
    return b"".join(harness.services.store.open_range(row.source_key, 0, row.size_bytes))


async def test_the_server_lists_its_tus_capabilities(harness: Harness) -> None:
    answer = await harness.client.options("/files")

    assert answer.status_code == 204
    assert {name: answer.headers[name] for name in answer.headers if name.startswith("tus-")} == {
        "tus-resumable": "1.0.0",
        "tus-version": "1.0.0",
        "tus-extension": "creation,creation-with-upload,termination,checksum,expiration",
        "tus-max-size": str(LIMIT_BYTES),
        "tus-checksum-algorithm": "sha1,sha256,crc32",
    }


@pytest.mark.parametrize(
    ("size", "step"), [(10_000, 10_000), (10_000, 1_999), (12 * MIB, 12 * MIB), (12 * MIB, 700_001)]
)
async def test_pieces_of_any_size_are_stored_as_one_object_and_start_one_task(
    harness: Harness, size: int, step: int
) -> None:
    content = film(size)
    path = await begin(harness.client, size, filename="holiday.mp4", subtitle_mode="burn", max_height="720")

    for start in range(0, size, step):
        answer = await send(harness.client, path, start, content[start : start + step])
        assert answer.status_code == 204, answer.text
        assert int(answer.headers["upload-offset"]) == min(start + step, size)
        assert await offset_of(harness.client, path) == min(start + step, size)

    row = only_video(harness)
    assert (row.size_bytes, row.source_sha256) == (size, hashlib.sha256(content).hexdigest())
    assert (row.filename, row.source_media_type) == ("holiday.mp4", "video/mp4")
    assert stored(harness, row) == content
    assert [request.task_id for request in harness.tasks.started] == [row.task_id]
    assert harness.tasks.started[0].options.subtitle_mode is SubtitleMode.BURN
    assert harness.tasks.started[0].options.max_height == 720
    task_headers = {name: answer.headers[name] for name in ("task-id", "task-status", "task-url")}
    assert task_headers == {
        "task-id": row.task_id,
        "task-status": "queued",
        "task-url": f"/status/{row.task_id}",
    }
    # No other object stays.
    assert harness.leftovers() == [row.source_key, f"row {row.task_id}"]


async def test_the_offset_of_a_complete_upload_comes_with_its_task(harness: Harness) -> None:
    path = await begin(harness.client, 10_000)
    await send(harness.client, path, 0, film(10_000))

    answer = await harness.client.head(path, headers=TUS)

    assert (answer.status_code, answer.headers["upload-offset"]) == (200, "10000")
    assert answer.headers["task-id"] == only_video(harness).task_id
    assert len(harness.tasks.started) == 1


async def test_the_first_bytes_may_come_with_the_creation(harness: Harness) -> None:
    content = film(10_000)
    headers = {**CHUNK, "Upload-Length": "10000", "Upload-Metadata": metadata(filename="a.mp4")}

    answer = await harness.client.post("/files", content=content[:6_000], headers=headers)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "6000")
    await send(harness.client, answer.headers["location"], 6_000, content[6_000:])

    assert stored(harness, only_video(harness)) == content


async def test_an_unfinished_upload_has_its_length_its_metadata_and_its_expiry(harness: Harness) -> None:
    path = await begin(harness.client, 10_000, filename="a.mp4")

    headers = (await harness.client.head(path, headers=TUS)).headers

    assert (headers["upload-length"], headers["upload-offset"]) == ("10000", "0")
    assert headers["upload-metadata"] == metadata(filename="a.mp4")
    assert headers["upload-expires"].endswith(" GMT")
    assert headers["cache-control"] == "no-store"
    assert headers["tus-resumable"] == "1.0.0"
    assert "task-id" not in headers


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload-Length": "100"}, 412, "UploadVersionUnsupported"),
        ({"Tus-Resumable": "0.2.2", "Upload-Length": "100"}, 412, "UploadVersionUnsupported"),
        ({**TUS}, 400, "UploadHeaderInvalid"),
        ({**TUS, "Upload-Length": "-5"}, 400, "UploadHeaderInvalid"),
        ({**TUS, "Upload-Defer-Length": "1"}, 400, "UploadHeaderInvalid"),
        ({**TUS, "Upload-Length": "100", "Upload-Concat": "partial"}, 400, "UploadHeaderInvalid"),
        ({**TUS, "Upload-Concat": "final;/files/a /files/b"}, 400, "UploadHeaderInvalid"),
        ({**TUS, "Upload-Length": "100", "Upload-Metadata": "filename ***"}, 400, "UploadHeaderInvalid"),
        ({**TUS, "Upload-Length": "100", "Upload-Metadata": "a,a"}, 400, "UploadHeaderInvalid"),
        ({**TUS, "Upload-Length": "0"}, 422, "SourceEmpty"),
        ({**TUS, "Upload-Length": str(LIMIT_BYTES + 1)}, 413, "SourceTooLarge"),
        ({**TUS, "Upload-Length": "9", "Upload-Metadata": metadata(subtitle_mode="x")}, 422, "FormInvalid"),
        ({**TUS, "Upload-Length": "9", "Upload-Metadata": metadata(max_heigth="2")}, 422, "FormInvalid"),
        (
            {**TUS, "Upload-Length": "9", "Upload-Metadata": metadata(language="xx")},
            422,
            "LanguageUnsupported",
        ),
        (
            {**TUS, "Upload-Length": "9", "Upload-Metadata": metadata(webhook_url="https://a.example")},
            422,
            "WebhookForbidden",
        ),
    ],
)
async def test_an_invalid_creation_is_refused(
    harness: Harness, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await harness.client.post("/files", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"


@pytest.mark.parametrize(
    ("headers", "size", "status", "code"),
    [
        ({"Tus-Resumable": "2"}, 10, 412, "UploadVersionUnsupported"),
        ({"Content-Type": "application/octet-stream"}, 10, 415, "ChunkTypeWrong"),
        ({"Upload-Offset": "1"}, 10, 409, "UploadConflict"),
        ({"Upload-Offset": "x"}, 10, 400, "UploadHeaderInvalid"),
        ({"Upload-Checksum": "md5 abc"}, 10, 400, "UploadHeaderInvalid"),
        ({"Upload-Checksum": "sha1 !"}, 10, 400, "UploadHeaderInvalid"),
        ({"Upload-Checksum": "sha1 abcd"}, 10, 460, "ChecksumWrong"),
        ({}, 10_001, 413, "SourceTooLarge"),
    ],
)
async def test_an_invalid_request_changes_nothing(
    harness: Harness, headers: dict[str, str], size: int, status: int, code: str
) -> None:
    path = await begin(harness.client, 10_000)

    answer = await harness.client.patch(
        path, content=bytes(size), headers={**CHUNK, "Upload-Offset": "0", **headers}
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await offset_of(harness.client, path) == 0


async def test_more_bytes_than_were_announced_without_a_length_are_refused(harness: Harness) -> None:
    path = await begin(harness.client, 10_000)

    async def body() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield film(5_000)

    assert (await send(harness.client, path, 0, body())).status_code == 413
    assert await offset_of(harness.client, path) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "crc32"])
async def test_only_bytes_that_match_their_checksum_count(harness: Harness, algorithm: str) -> None:
    content = film(12 * MIB)
    path = await begin(harness.client, 12 * MIB)

    def checksum(of: bytes) -> str:
        digest = (
            zlib.crc32(of).to_bytes(4, "big") if algorithm == "crc32" else hashlib.new(algorithm, of).digest()
        )
        return f"{algorithm} {base64.b64encode(digest).decode()}"

    first, rest = content[: 9 * MIB], content[9 * MIB :]
    wrong = await send(harness.client, path, 0, first[:-1] + b"?", Upload_Checksum=checksum(first))
    assert (wrong.status_code, await offset_of(harness.client, path)) == (460, 0)
    right = await send(harness.client, path, 0, first, Upload_Checksum=checksum(first))
    assert (right.status_code, await offset_of(harness.client, path)) == (204, 9 * MIB)
    await send(harness.client, path, 9 * MIB, rest, Upload_Checksum=checksum(rest))

    row = only_video(harness)
    assert stored(harness, row) == content
    assert row.source_sha256 == hashlib.sha256(content).hexdigest()


async def test_the_method_can_be_overridden_by_a_header(harness: Harness) -> None:
    path = await begin(harness.client, 10_000)

    sent = await harness.client.post(
        path,
        content=film(10_000)[:4_000],
        headers={**CHUNK, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"},
    )
    ended = await harness.client.post(path, headers={**TUS, "X-HTTP-Method-Override": "DELETE"})

    assert (sent.status_code, sent.headers["upload-offset"], ended.status_code) == (204, "4000", 204)


async def test_a_deleted_upload_leaves_nothing(harness: Harness) -> None:
    path = await begin(harness.client, 12 * MIB)
    await send(harness.client, path, 0, film(12 * MIB)[: 9 * MIB])
    assert len(harness.leftovers()) == 2

    assert (await harness.client.delete(path, headers=TUS)).status_code == 204

    assert harness.leftovers() == []
    assert (await harness.client.head(path, headers=TUS)).status_code == 404
    assert (await send(harness.client, path, 9 * MIB, b"x")).status_code == 404


async def test_a_complete_upload_can_not_be_deleted(harness: Harness) -> None:
    path = await begin(harness.client, 10_000)
    await send(harness.client, path, 0, film(10_000))

    answer = await harness.client.delete(path, headers=TUS)

    assert (answer.status_code, answer.json()["code"]) == (409, "UploadComplete")
    assert stored(harness, only_video(harness)) == film(10_000)


async def test_a_file_that_is_no_video_is_refused_with_its_first_bytes_and_for_good(harness: Harness) -> None:
    path = await begin(harness.client, 12 * MIB)

    early = await send(harness.client, path, 0, b"la la la\n" * 10)
    refused = await send(harness.client, path, 90, b"la la la\n" * 1_000)
    again = await harness.client.head(path, headers=TUS)
    more = await send(harness.client, path, 90, b"la la la\n" * 1_000)

    assert early.status_code == 204
    assert (refused.status_code, refused.json()["code"]) == (415, "SourceTypeUnsupported")
    assert (again.status_code, more.json()) == (415, refused.json())
    assert harness.leftovers() == []


async def test_a_refusal_by_the_probe_is_reported_now_and_later_and_leaves_nothing(harness: Harness) -> None:
    harness.tasks.verdict = Admission(
        accepted=False, fault_code="NoVideoStream", fault_message="It holds no picture."
    )
    path = await begin(harness.client, 10_000)

    refused = await send(harness.client, path, 0, film(10_000))
    again = await send(harness.client, path, 10_000, b"")

    assert (refused.status_code, refused.json()["code"]) == (422, "NoVideoStream")
    assert again.json() == refused.json()
    assert harness.leftovers() == []


async def test_a_task_whose_start_failed_is_started_by_the_next_head_request(
    harness: Harness,
) -> None:
    path = await begin(harness.client, 10_000)
    harness.tasks.fault = WorkflowsUnavailable("down")

    last = await send(harness.client, path, 0, film(10_000))
    without = await harness.client.head(path, headers=TUS)
    harness.tasks.fault = None
    harness.tasks.started.clear()
    answers: list[httpx.Response] = [await harness.client.head(path, headers=TUS) for _ in range(2)]

    assert (last.status_code, without.status_code) == (503, 200)
    assert without.headers["upload-offset"] == "10000"
    assert "task-id" not in without.headers
    row = only_video(harness)
    assert [answer.headers["task-id"] for answer in answers] == [row.task_id] * 2
    assert [request.task_id for request in harness.tasks.started] == [row.task_id]


async def test_a_repeated_key_returns_the_first_task_of_either_kind_of_upload(harness: Harness) -> None:
    form = await harness.client.post(
        "/video/upload", files={"file": ("a.mp4", film(10_000))}, headers={"Idempotency-Key": "one"}
    )

    headers = {**TUS, "Upload-Length": "20000", "Idempotency-Key": "one"}
    answer = await harness.client.post("/files", headers=headers)

    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "20000")
    assert answer.headers["task-id"] == form.json()["task_id"] == only_video(harness).task_id


async def test_the_later_of_two_uploads_with_one_key_joins_the_first(harness: Harness) -> None:
    content = film(10_000)
    first = await begin(harness.client, 10_000, key="one")
    await send(harness.client, first, 0, content[:5_000])
    second = await begin(harness.client, 10_000, key="one")
    assert second != first
    assert await begin(harness.client, 10_000, key="one") == second  # no byte of it has come

    one = await send(harness.client, first, 5_000, content[5_000:])
    other = await send(harness.client, second, 0, content)

    assert one.headers["task-id"] == other.headers["task-id"]
    assert len({request.task_id for request in harness.tasks.started}) == 1
    assert harness.leftovers() == [only_video(harness).source_key, f"row {only_video(harness).task_id}"]
