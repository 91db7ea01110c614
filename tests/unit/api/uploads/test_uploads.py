"""`POST /video/upload`: each accepted upload becomes one object, one row and one task."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from api.access.callers import OWNER
from domain.errors import TaskStartUnknown, WorkflowsUnavailable
from domain.messages.start import Admission
from domain.tasks.options import ProcessingOptions, SubtitleMode
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import HEADERS, form, in_pieces, part, video


async def test_a_video_becomes_an_object_a_row_and_a_task(harness: Harness) -> None:
    content = video(6_000_000)

    answer = await harness.client.post(
        "/video/upload",
        files={"file": ("holiday.mp4", content)},
        data={"subtitle_mode": "burn", "max_height": "720", "language": "fr"},
    )

    assert answer.status_code == 202
    task_id = answer.json()["task_id"]
    assert answer.json() == {"task_id": task_id, "status": "queued", "status_url": f"/status/{task_id}"}
    assert answer.headers["location"] == f"/status/{task_id}"
    [request] = harness.tasks.started
    assert request.task_id == task_id
    assert request.filename == "holiday.mp4"
    assert request.options == ProcessingOptions(SubtitleMode.BURN, 720, "fr")
    assert (request.stage_timeout_s, request.park_s) == (900, 60)
    assert request.source.sha256 == hashlib.sha256(content).hexdigest()
    assert request.source.media_type == "video/mp4"
    assert b"".join(harness.services.store.open_range(request.source.key, 0, 6_000_000)) == content
    row = harness.services.catalogue.by_task(task_id)
    assert row is not None
    assert (row.id, row.status, row.source) == (request.video_id, "queued", request.source)


async def test_without_options_the_defaults_apply(harness: Harness) -> None:
    await harness.client.post("/video/upload", files={"file": ("a.mp4", video())})

    assert harness.tasks.started[0].options == ProcessingOptions(SubtitleMode.SOFT, 1080, None)


async def test_fields_may_come_after_the_file(harness: Harness) -> None:
    body = form(part("file", video(), "a.mp4"), part("subtitle_mode", b"none"))

    answer = await harness.client.post("/video/upload", content=body, headers=HEADERS)

    assert answer.status_code == 202
    assert harness.tasks.started[0].options.subtitle_mode is SubtitleMode.NONE


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
async def test_the_chunking_of_the_body_does_not_matter(harness: Harness, size: int) -> None:
    content = video(9_000) + b"\r\n--a-boundary-of-a-fork\r\n"
    body = form(part("max_height", b"480"), part("file", content, "a.mp4"), part("language", b"en"))

    answer = await harness.client.post("/video/upload", content=in_pieces(body, size), headers=HEADERS)

    assert answer.status_code == 202
    source = harness.tasks.started[0].source
    assert b"".join(harness.services.store.open_range(source.key, 0, source.size_bytes)) == content


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\Users\\me\\holiday.mp4", "holiday.mp4"),
        ("\u202egpj.4pm", "gpj.4pm"),
        ("a\x00b\x1b[31mc.mp4", "ab[31mc.mp4"),
        ("-i evil.mp4", "i evil.mp4"),
        ("été à Paris.mp4", "été à Paris.mp4"),
        ("...", "video"),
        ("", "video"),
    ],
)
async def test_a_hostile_file_name_is_only_shown_and_sanitized(
    harness: Harness, sent: str, shown: str
) -> None:
    answer = await harness.client.post(
        "/video/upload", content=form(part("file", video(), sent)), headers=HEADERS
    )

    assert answer.status_code == 202
    assert harness.tasks.started[0].filename == shown
    assert all(key.startswith("videos/original/") for key in harness.leftovers() if "row" not in key)
    assert "etc" not in harness.tasks.started[0].source.key


async def test_a_name_of_ten_thousand_letters_is_shortened_before_its_extension(harness: Harness) -> None:
    await harness.client.post(
        "/video/upload", content=form(part("file", video(), "é" * 1_000 + ".mp4")), headers=HEADERS
    )

    name = harness.tasks.started[0].filename
    assert name.endswith("é.mp4")
    assert len(name.encode()) <= 255


async def test_a_repeated_key_returns_the_first_task_and_stores_nothing(harness: Harness) -> None:
    key = {"Idempotency-Key": "one"}
    first = await harness.client.post("/video/upload", files={"file": ("a.mp4", video())}, headers=key)

    second = await harness.client.post(
        "/video/upload", files={"file": ("b.mp4", b"not even a video")}, headers=key
    )

    assert second.status_code == 202
    assert second.json()["task_id"] == first.json()["task_id"]
    assert len(harness.leftovers()) == 2


async def test_simultaneous_uploads_with_one_key_make_one_task(harness: Harness) -> None:
    answers = await asyncio.gather(
        *(
            harness.client.post(
                "/video/upload", files={"file": ("a.mp4", video())}, headers={"Idempotency-Key": "one"}
            )
            for _ in range(4)
        )
    )

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["task_id"] for answer in answers}) == 1
    assert len({request.task_id for request in harness.tasks.started}) == 1
    assert len(harness.leftovers()) == 2


async def test_without_a_key_each_upload_is_a_task(harness: Harness) -> None:
    for _ in range(2):
        await harness.client.post("/video/upload", files={"file": ("a.mp4", video())})

    assert len({request.task_id for request in harness.tasks.started}) == 2


async def test_an_upload_does_not_wait_for_a_slow_probe(harness: Harness) -> None:
    harness.tasks.verdict = None

    answer = await harness.client.post("/video/upload", files={"file": ("a.mp4", video())})

    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SourceTruncated", 422),
        ("NoVideoStream", 422),
        ("SourceTooLong", 422),
        ("SourceTypeUnsupported", 415),
    ],
)
async def test_an_upload_refused_by_the_probe_has_its_error_code_and_leaves_nothing(
    harness: Harness, code: str, status: int
) -> None:
    harness.tasks.verdict = Admission(False, code, "The file ends early.")

    answer = await harness.client.post("/video/upload", files={"file": ("a.mp4", video())})

    assert answer.status_code == status
    assert (answer.json()["code"], answer.json()["detail"]) == (code, "The file ends early.")
    assert harness.leftovers() == []


async def test_a_task_that_can_not_be_started_leaves_nothing(harness: Harness) -> None:
    harness.tasks.fault = WorkflowsUnavailable("connection refused at 10.0.0.7")

    answer = await harness.client.post("/video/upload", files={"file": ("a.mp4", video())})

    assert answer.status_code == 503
    assert answer.json()["code"] == "WorkflowsUnavailable"
    assert answer.headers["retry-after"] == "5"
    assert "10.0.0.7" not in answer.text
    assert harness.leftovers() == []


async def test_a_task_whose_start_is_unknown_is_started_by_repeating_the_upload(harness: Harness) -> None:
    key = {"Idempotency-Key": "one"}
    harness.tasks.fault = TaskStartUnknown("no answer")
    first = await harness.client.post("/video/upload", files={"file": ("a.mp4", video())}, headers=key)
    assert first.status_code == 503
    assert len(harness.services.catalogue.page(OWNER).videos) == 1

    harness.tasks.fault = None
    second = await harness.client.post("/video/upload", files={"file": ("a.mp4", video())}, headers=key)

    assert second.status_code == 202
    assert harness.tasks.started[0] == harness.tasks.started[1]
    assert len(harness.leftovers()) == 2


async def test_a_repeated_upload_without_temporal_removes_nothing(harness: Harness) -> None:
    key = {"Idempotency-Key": "one"}
    await harness.client.post("/video/upload", files={"file": ("a.mp4", video())}, headers=key)
    harness.tasks.fault = WorkflowsUnavailable("down")

    answer = await harness.client.post("/video/upload", files={"file": ("a.mp4", video())}, headers=key)

    assert answer.status_code == 503
    assert len(harness.leftovers()) == 2


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        (b"filename*=UTF-8''caf%C3%A9.mp4", "caf\u00e9.mp4"),
        (b"filename=\"cafe.mp4\"; filename*=UTF-8'fr'caf%C3%A9.mp4", "caf\u00e9.mp4"),
        (b"filename*=ISO-8859-1''caf%E9.mp4", "caf\u00e9.mp4"),
        (b'filename="cafe.mp4"; filename*=nonsense', "cafe.mp4"),
    ],
)
async def test_an_extended_file_name_is_understood(harness: Harness, parameters: bytes, shown: str) -> None:
    content = (
        b'--XXXX\r\nContent-Disposition: form-data; name="file"; ' + parameters
        + b"\r\nContent-Type: video/mp4\r\n\r\n" + video() + b"\r\n--XXXX--\r\n"
    )  # fmt: skip

    await harness.client.post(
        "/video/upload", content=content, headers={"Content-Type": "multipart/form-data; boundary=XXXX"}
    )

    [row] = harness.services.catalogue.page(OWNER).videos
    assert row.filename == shown


async def test_fields_that_uploaders_add_of_their_own_are_ignored(harness: Harness) -> None:
    content = form(
        part("name", b"a.mp4"),
        part("type", b"video/mp4"),
        part("relativePath", b"null"),
        part("file", video(), "a.mp4"),
    )

    answer = await harness.client.post("/video/upload", content=content, headers=HEADERS)

    assert answer.status_code == 202
