"""Invalid uploads: each has its own error code, and none leaves anything behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from adapters.object_store import S3ObjectStore, StoreSettings
from api.app import create_app
from domain.accounts.quotas import Usage
from domain.errors import CatalogueUnavailable
from tests.servers.temporal_server import free_port
from tests.unit.api.conftest import LIMIT_BYTES, Harness
from tests.unit.api.forms import BOUNDARY, HEADERS, form, in_pieces, part, video

OPENING = f"--{BOUNDARY}\r\n".encode()
GOOD = part("file", video(), "a.mp4")


@pytest.mark.parametrize(
    ("content", "looks_like"),
    [
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "a playlist"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "a playlist"),
        (b"#!/bin/sh\necho hello\n", "a script"),
        (b"\x89PNG\r\n\x1a\n" + bytes(5_000), "a PNG image"),
        (b"ID3\x04" + bytes(5_000), "an MP3 sound file"),
        (b"PK\x03\x04" + bytes(5_000), "a ZIP archive"),
        (b"<svg onload=alert(1)>", "an SVG image"),
        (b"hello", "plain text"),
    ],
)
async def test_a_file_that_is_no_video_is_refused_whatever_its_name(
    harness: Harness, content: bytes, looks_like: str
) -> None:
    answer = await harness.client.post("/video/upload", files={"file": ("film.mp4", content, "video/mp4")})

    assert answer.status_code == 415
    assert answer.json()["code"] == "SourceTypeUnsupported"
    assert f"looks like {looks_like}," in answer.json()["detail"]
    assert harness.leftovers() == []
    assert harness.tasks.started == []


@pytest.mark.parametrize(
    ("body", "status", "code", "detail"),
    [
        (form(part("file", b"", "a.mp4")), 422, "SourceEmpty", "no bytes"),
        (form(part("file", b"", "")), 422, "FormInvalid", "choose a file"),
        (form(part("language", b"fr")), 422, "FormInvalid", "no field 'file'"),
        (form(GOOD, part("file", video(), "b.mp4")), 422, "FormInvalid", "two files"),
        (form(GOOD, part("subtitel_mode", b"soft")), 422, "FormInvalid", "subtitel_mode"),
        (form(GOOD, part("subtitle_mode", b"loud")), 422, "FormInvalid", "soft, burn, none"),
        (form(part("subtitle_mode", b"loud"), GOOD), 422, "FormInvalid", "soft, burn, none"),
        (form(GOOD, part("max_height", b"tall")), 422, "FormInvalid", "whole number"),
        (form(GOOD, part("max_height", b"10")), 422, "FormInvalid", "64 to 4320"),
        (form(GOOD, part("max_height", b"-720")), 422, "FormInvalid", "whole number"),
        (form(GOOD, part("max_height", "٧٢٠".encode())), 422, "FormInvalid", "whole number"),
        (form(GOOD, part("max_height", b"9" * 900)), 422, "FormInvalid", "whole number"),
        (form(GOOD, part("language", b"klingon")), 422, "LanguageUnsupported", "klingon"),
        (form(GOOD, part("language", b"\xff\xfe")), 422, "FormInvalid", "UTF-8"),
        (form(GOOD, part("language", b"x" * 2_000)), 422, "FormInvalid", "longer than"),
        (form(GOOD, part("language", b"fr"), part("language", b"en")), 422, "FormInvalid", "repeated"),
        (form(*[part("language", b"fr")] * 20), 400, "FormBroken", "more than 16 parts"),
        (form(), 422, "FormInvalid", "no field 'file'"),
        (b"", 400, "FormBroken", "incomplete"),
        (GOOD, 400, "FormBroken", "incomplete"),
        (GOOD[:-500], 400, "FormBroken", "incomplete"),
        (b"this is no form at all", 400, "FormBroken", "malformed"),
        (form(OPENING + b"Content-Type: video/mp4\r\n\r\nx\r\n"), 400, "FormBroken", "no name"),
        (form(OPENING + b"X-Long: " + b"x" * 9_000 + b"\r\n\r\n\r\n"), 400, "FormBroken", "header size"),
        (form(OPENING + b"X-Many: x\r\n" * 100 + b"\r\n\r\n"), 400, "FormBroken", "header count"),
    ],
)
async def test_a_bad_form_is_refused_with_the_code_of_its_error(
    harness: Harness, body: bytes, status: int, code: str, detail: str
) -> None:
    answer = await harness.client.post("/video/upload", content=in_pieces(body, 5_000), headers=HEADERS)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert detail in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert harness.leftovers() == []
    assert harness.tasks.started == []


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=x",
        f"multipart/form-data; boundary={'x' * 5_000}",
    ],
)
async def test_a_body_of_another_type_is_refused(harness: Harness, content_type: str) -> None:
    answer = await harness.client.post(
        "/video/upload", content=form(GOOD), headers={"Content-Type": content_type}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "FormBroken")
    assert harness.leftovers() == []


async def test_a_file_with_too_large_an_announced_length_is_not_read(harness: Harness) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(30):
            read += 1_000_000
            yield bytes(1_000_000)

    answer = await harness.client.post(
        "/video/upload", content=body(), headers={**HEADERS, "Content-Length": "30000000"}
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "SourceTooLarge")
    assert str(LIMIT_BYTES) in answer.json()["detail"]
    assert harness.leftovers() == []


async def test_a_file_that_gets_too_large_is_refused_while_it_arrives(harness: Harness) -> None:
    body = form(part("file", video(LIMIT_BYTES + 1), "a.mp4"))

    answer = await harness.client.post("/video/upload", content=in_pieces(body, 65_536), headers=HEADERS)

    assert (answer.status_code, answer.json()["code"]) == (413, "SourceTooLarge")
    assert harness.leftovers() == []


async def test_a_file_of_exactly_the_maximum_size_is_accepted(harness: Harness) -> None:
    body = form(part("file", video(LIMIT_BYTES), "a.mp4"))

    answer = await harness.client.post("/video/upload", content=in_pieces(body, 65_536), headers=HEADERS)

    assert answer.status_code == 202
    assert harness.tasks.started[0].source.size_bytes == LIMIT_BYTES


async def test_bytes_after_the_form_are_not_read_for_ever(harness: Harness) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield form(GOOD)
        for _ in range(20):
            yield bytes(1_000_000)

    answer = await harness.client.post("/video/upload", content=body(), headers=HEADERS)

    assert (answer.status_code, answer.json()["code"]) == (413, "SourceTooLarge")
    assert harness.leftovers() == []


async def test_a_stalled_sender_releases_its_upload_slot(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.body._SILENCE_S", 0.2)

    async def body() -> AsyncIterator[bytes]:
        yield part("file", video(9_000_000), "a.mp4")
        await asyncio.Event().wait()

    answer = await harness.client.post("/video/upload", content=body(), headers=HEADERS)

    assert (answer.status_code, answer.json()["code"]) == (400, "FormBroken")
    assert harness.services.upload_slots.borrowed_tokens == 0
    assert harness.leftovers() == []


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "\x7f"])
async def test_an_invalid_idempotency_key_is_refused(harness: Harness, key: str) -> None:
    answer = await harness.client.post(
        "/video/upload", files={"file": ("a.mp4", video())}, headers={"Idempotency-Key": key}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "FormInvalid")
    assert harness.leftovers() == []


async def test_an_unreachable_store_is_named_and_no_row_is_added(harness: Harness) -> None:
    away = S3ObjectStore(StoreSettings(f"127.0.0.1:{free_port()}", "key", "secret"))
    app = create_app(replace(harness.services, store=away))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        answer = await client.post("/video/upload", files={"file": ("a.mp4", video(9_000_000))})

    assert (answer.status_code, answer.json()["code"]) == (503, "StoreUnavailable")
    assert harness.leftovers() == []


class BrokenCatalogue:
    """Catalogue whose database fails during the upload."""

    def by_idempotency_key(self, owner: str, key: str) -> None: ...

    def usage(self, _owner: str, _at_us: int, _quotas: object) -> Usage:
        return Usage()

    def add(self, _video: object, _quotas: object) -> None:
        raise CatalogueUnavailable("disk I/O error")

    def remove(self, _task_id: str) -> None:
        raise CatalogueUnavailable("disk I/O error")


async def test_a_database_that_fails_during_the_upload_leaves_no_object(harness: Harness) -> None:
    app = create_app(replace(harness.services, catalogue=BrokenCatalogue()))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        answer = await client.post("/video/upload", files={"file": ("a.mp4", video())})

    assert (answer.status_code, answer.json()["code"]) == (503, "CatalogueUnavailable")
    assert harness.leftovers() == []


async def test_a_very_slow_sender_releases_its_upload_slot(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.body._SILENCE_S", 0.2)
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        yield part("file", video(9_000_000), "a.mp4")[:-2]
        while True:
            await asyncio.sleep(0.02)
            sent += 1
            yield b"x"

    answer = await harness.client.post("/video/upload", content=body(), headers=HEADERS)

    assert (answer.status_code, answer.json()["code"]) == (400, "FormBroken")
    assert sent < 1000
    assert harness.leftovers() == []
