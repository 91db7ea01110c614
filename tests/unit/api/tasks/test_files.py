"""Downloads by RFC 9110: ranges, validators and conditions."""

from __future__ import annotations

import hashlib

import httpx
import pytest

from adapters.catalogue import NewVideo
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.state import LiveState, TaskOutcome, TaskState, TaskStatus
from tests.unit.api.conftest import Harness

TASK = "task-" + "1" * 32
KEY = f"videos/transcoded/v/{TASK}/final.mp4"
CONTENT = bytes(range(256)) * 4_000
URL = f"/video/{TASK}/files/final.mp4"


@pytest.fixture
async def published(harness: Harness) -> Harness:
    """API with a completed task that has one file in the store."""
    catalogue, store = harness.services.catalogue, harness.services.store
    source = Artifact("videos/original/v/source", "video/mp4", 10, "ab")
    catalogue.add(NewVideo("v", TASK, "local", 'été "à" Paris.mov', source, 1_600_000_000_000_000))
    store.put(KEY, CONTENT, "video/mp4")
    outcome = TaskOutcome(final_video=KEY, files={"final.mp4": KEY})
    catalogue.record(
        RecordInput("v", TaskState(TASK, TaskStatus.COMPLETED, 1_700_000_000_000_000, outcome=outcome))
    )
    return harness


async def get(harness: Harness, **headers: str) -> httpx.Response:
    return await harness.client.get(
        URL, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


async def test_the_whole_file_has_the_headers_that_players_need(published: Harness) -> None:
    answer = await get(published)

    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["etag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert answer.headers["last-modified"].endswith("GMT")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_download_has_the_senders_file_name_without_its_quotes(published: Harness) -> None:
    disposition = (await get(published)).headers["content-disposition"]

    assert disposition == (
        'attachment; filename="_t_ ___ Paris-final.mp4"; '
        "filename*=UTF-8''%C3%A9t%C3%A9%20%22%C3%A0%22%20Paris-final.mp4"
    )


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=1023999-", 1_023_999, 1_024_000),
        ("bytes=-100", 1_023_900, 1_024_000),
        ("bytes=0-99999999", 0, 1_024_000),
        ("bytes=300000-700000", 300_000, 700_001),
    ],
)
async def test_a_range_gives_its_bytes_with_a_content_range(
    published: Harness, asked: str, start: int, end: int
) -> None:
    answer = await get(published, Range=asked)

    assert answer.status_code == 206
    assert answer.content == CONTENT[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/1024000"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=9-1", "lines=1-2", "bytes=0-1,5-6", "bytes=x"])
async def test_an_unsupported_range_gives_the_whole_file(published: Harness, asked: str) -> None:
    answer = await get(published, Range=asked)

    assert answer.status_code == 200
    assert len(answer.content) == 1_024_000


async def test_a_range_outside_the_file_is_refused_with_the_files_size(published: Harness) -> None:
    answer = await get(published, Range="bytes=2000000-")

    assert (answer.status_code, answer.json()["code"]) == (416, "RangeUnsatisfiable")
    assert answer.headers["content-range"] == "bytes */1024000"


async def test_head_has_the_same_headers_without_the_content(published: Harness) -> None:
    whole = await get(published)
    head = await published.client.head(URL, headers={"Range": "bytes=0-5"})

    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "content-type", "last-modified", "accept-ranges"):
        assert head.headers[name] == whole.headers[name]


async def test_a_current_copy_is_answered_with_304(published: Harness) -> None:
    first = await get(published)

    for condition in (
        {"If_None_Match": first.headers["etag"]},
        {"If_None_Match": f'"other", W/{first.headers["etag"]}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": first.headers["last-modified"]},
    ):
        answer = await get(published, **condition)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    "condition",
    [
        {"If_None_Match": '"other"'},
        {"If_Modified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If_Modified_Since": "yesterday"},
        {"If_None_Match": '"other"', "If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ],
)
async def test_an_outdated_copy_is_answered_with_the_file(
    published: Harness, condition: dict[str, str]
) -> None:
    assert (await get(published, **condition)).status_code == 200


async def test_a_download_resumes_only_if_the_file_is_unchanged(published: Harness) -> None:
    first = await get(published)
    same = [first.headers["etag"], first.headers["last-modified"]]
    other = ['"other"', f"W/{first.headers['etag']}", "Mon, 01 Jan 2001 00:00:00 GMT", "yesterday"]

    assert [(await get(published, Range="bytes=0-9", If_Range=tag)).status_code for tag in same] == [206] * 2
    assert [(await get(published, Range="bytes=0-9", If_Range=tag)).status_code for tag in other] == [200] * 4


@pytest.mark.parametrize("name", ["other.mp4", "..%2f..%2fsource", "source", "x" * 300])
async def test_an_unknown_file_is_not_found(published: Harness, name: str) -> None:
    answer = await published.client.get(f"/video/{TASK}/files/{name}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_file_removed_from_the_store_is_not_found(published: Harness) -> None:
    published.services.store.remove(KEY)

    answer = await get(published)

    assert (answer.status_code, answer.json()["code"]) == (404, "FileUnknown")


async def test_a_file_that_is_not_yet_in_the_catalogue_is_served(published: Harness) -> None:
    vtt = f"subtitles/v/{TASK}/subtitles.vtt"
    published.services.store.put(vtt, b"WEBVTT\n", "text/vtt")
    state = TaskState(TASK, TaskStatus.COMPLETED, 1, outcome=TaskOutcome(files={"subtitles.vtt": vtt}))
    published.tasks.states[TASK] = LiveState(state, 1, "temporal")

    answer = await published.client.get(f"/video/{TASK}/files/subtitles.vtt")

    assert (answer.status_code, answer.content) == (200, b"WEBVTT\n")
    assert answer.headers["content-type"] == "text/vtt"


async def test_an_empty_file_is_served(published: Harness) -> None:
    published.services.store.put(KEY, b"", "video/mp4")

    answer = await get(published)

    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")


@pytest.mark.parametrize(
    "condition",
    [
        {"if_match": '"another"'},
        {"if_match": f'W/"{hashlib.sha256(CONTENT).hexdigest()}"'},
        {"if_match": '"another"', "range": "bytes=0-9"},
        {"if_unmodified_since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ],
)
async def test_a_file_that_is_not_the_named_version_is_not_sent(
    published: Harness, condition: dict[str, str]
) -> None:
    answer = await get(published, **condition)

    assert (answer.status_code, answer.json()["code"]) == (412, "PreconditionFailed")


@pytest.mark.parametrize(
    "condition",
    [
        {"if_match": "*"},
        {"if_match": f'"another", "{hashlib.sha256(CONTENT).hexdigest()}"'},
        {"if_unmodified_since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"if_unmodified_since": "no date"},
        {"if_match": "*", "if_unmodified_since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ],
)
async def test_a_file_that_is_the_named_version_is_sent(
    published: Harness, condition: dict[str, str]
) -> None:
    assert (await get(published, **condition)).content == CONTENT
