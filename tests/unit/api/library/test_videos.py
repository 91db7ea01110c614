"""`/api/videos/` and `/api/stream/` with a real store and a real database; the tasks are fakes."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from api.app import create_app
from api.settings import LibrarySettings, read_library
from domain.errors import SettingInvalid
from domain.messages.stages import RecordInput
from domain.tasks.state import TaskOutcome, TaskState, TaskStatus
from domain.version import VERSION
from tests.unit.api.conftest import Harness
from tests.unit.api.library.library_server import RESULT, finishing, send


async def saved(harness: Harness, **fields: str) -> str:
    """Uploads a video and completes its task; returns the video's id."""
    harness.tasks.endings = finishing(harness)
    return str((await send(harness.client, "?wait=60", **fields)).json()["video_id"])


async def test_a_saved_video_has_all_its_metadata_and_a_working_link(harness: Harness) -> None:
    video_id = await saved(harness, resolution="1080p")

    body = (await harness.client.get(f"/api/videos/{video_id}")).json()

    assert set(body) == {
        "id", "filename", "s3_uri", "link", "status", "file_size", "duration", "resolution",
        "created_at", "updated_at",
    }  # fmt: skip
    assert (body["id"], body["filename"], body["status"]) == (video_id, "my_video.mp4", "saved")
    assert (body["file_size"], body["duration"], body["resolution"]) == (10240, 125.5, "1920x1080")
    assert body["s3_uri"].startswith("s3://")
    assert body["s3_uri"].endswith("/final.mp4")
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(body["link"])).content == RESULT


async def test_the_library_is_paged_and_searched(harness: Harness) -> None:
    done = await saved(harness)
    going = (await send(harness.client, crf_value="1")).json()["video_id"]

    async def listed(query: str) -> list[str]:
        answer = await harness.client.get(f"/api/videos/?{query}")
        assert answer.status_code == 200, answer.text
        return [found["id"] for found in answer.json()["videos"]]

    assert await listed("") == [going, done]
    assert await listed("status=saved") == [done]
    assert await listed("status=processing") == [going]
    assert await listed("status=failed") == []
    assert await listed("skip=1&limit=1") == [done]
    assert await listed("filename=VIDEO") == [going, done]
    assert await listed("filename=other") == []
    source = harness.tasks.started[0].source.sha256
    assert await listed(f"source={source}") == [going, done]
    assert await listed(f"source={'0' * 64}") == []
    first = (await harness.client.get("/api/videos/?limit=1")).json()
    assert await listed(f"cursor={first['next']}") == [done]


async def test_a_video_is_renamed_and_its_name_is_cleaned(harness: Harness) -> None:
    video_id = await saved(harness)

    answer = await harness.client.patch(f"/api/videos/{video_id}", json={"filename": "../../new\u202e.mp4"})

    assert answer.json()["filename"] == "new.mp4"
    assert (await harness.client.get(f"/api/videos/{video_id}")).json()["filename"] == "new.mp4"
    wrong = await harness.client.patch(f"/api/videos/{video_id}", json={"status": "saved"})
    assert wrong.status_code == 422
    unknown = await harness.client.patch("/api/videos/unknown", json={"filename": "a.mp4"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "VideoUnknown")


async def test_a_removed_video_leaves_no_object_and_no_row(harness: Harness) -> None:
    video_id = await saved(harness)
    sha256 = harness.tasks.started[0].source.sha256
    harness.services.store.put(f"kept/chunks/{sha256}/recipe/0-1.mp4", b"x", "video/mp4")

    answer = await harness.client.delete(f"/api/videos/{video_id}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert harness.leftovers() == []
    assert (await harness.client.get(f"/api/videos/{video_id}")).status_code == 404
    assert (await harness.client.delete(f"/api/videos/{video_id}")).json()["code"] == "VideoUnknown"


async def test_cached_results_stay_while_another_video_has_the_same_source(harness: Harness) -> None:
    first = await saved(harness)
    await saved(harness, crf_value="1")
    key = f"kept/chunks/{harness.tasks.started[0].source.sha256}/recipe/0-1.mp4"
    harness.services.store.put(key, b"x", "video/mp4")

    await harness.client.delete(f"/api/videos/{first}")

    assert harness.services.store.stat(key) is not None


async def test_a_running_task_is_stopped_before_its_video_is_removed(harness: Harness) -> None:
    body = (await send(harness.client)).json()

    too_busy = await harness.client.delete(f"/api/videos/{body['video_id']}")

    assert (too_busy.status_code, too_busy.json()["code"]) == (503, "WorkflowsUnavailable")
    assert harness.tasks.calls[0] == (body["job_id"], "cancel")
    assert harness.leftovers() != []
    harness.tasks.endings = lambda _task_id: True
    assert (await harness.client.delete(f"/api/videos/{body['video_id']}")).status_code == 204
    assert harness.leftovers() == []


async def test_a_stream_has_ranges_and_validators(harness: Harness) -> None:
    url = f"/api/stream/{await saved(harness)}"

    whole = await harness.client.get(url)
    head = await harness.client.head(url)
    part = await harness.client.get(url, headers={"Range": "bytes=100-199"})
    last = await harness.client.get(url, headers={"Range": "bytes=-5", "If-Range": whole.headers["etag"]})
    changed = await harness.client.get(url, headers={"Range": "bytes=-5", "If-Range": '"other"'})
    beyond = await harness.client.get(url, headers={"Range": "bytes=10240-"})
    known = await harness.client.get(url, headers={"If-None-Match": whole.headers["etag"]})

    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, RESULT, "video/mp4")
    assert whole.headers["content-disposition"].startswith("inline;")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "10240", b"")
    assert (part.status_code, part.content) == (206, RESULT[100:200])
    assert part.headers["content-range"] == "bytes 100-199/10240"
    assert (last.status_code, last.content) == (206, RESULT[-5:])
    assert (changed.status_code, changed.content) == (200, RESULT)
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */10240")
    assert (known.status_code, known.content) == (304, b"")


async def test_a_stream_can_be_redirected_to_the_store(harness: Harness) -> None:
    url = f"/api/stream/{await saved(harness)}"
    app = create_app(replace(harness.services, library=LibrarySettings(redirects=True)))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        answer = await client.get(url)
    async with httpx.AsyncClient() as anybody:
        direct = await anybody.get(answer.headers["location"], headers={"Range": "bytes=0-9"})

    assert (answer.status_code, answer.headers["cache-control"]) == (307, "no-store")
    assert (direct.status_code, direct.content) == (206, RESULT[:10])


async def test_a_video_without_a_result_has_no_stream_and_no_link(harness: Harness) -> None:
    video_id = (await send(harness.client)).json()["video_id"]

    answer = await harness.client.get(f"/api/stream/{video_id}")

    assert (answer.status_code, answer.json()["code"]) == (404, "FileUnknown")
    body = (await harness.client.get(f"/api/videos/{video_id}")).json()
    assert (body["status"], body["link"], body["s3_uri"]) == ("processing", None, None)


async def test_the_librarys_health_names_its_services(harness: Harness) -> None:
    answer = await harness.client.get("/api/health")

    assert answer.json() == {
        "status": "degraded",
        "service": "video-pipeline",
        "version": VERSION,
        "object_store": "ok",
        "database": "ok",
        "ffmpeg": "no libass",
    }


def test_the_librarys_settings_are_validated() -> None:
    read = read_library({"API_URL": "https://cdn.example/", "SUBTITLE_BOX": "true", "SUBTITLE_SIZE": "8.5"})

    assert (read.api_url, read.style.box, read.style.size_percent) == ("https://cdn.example", True, 8.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_URL", "cdn"),
        ("SUBTITLE_COLOR", "red"),
        ("STREAM_REDIRECT", "yes"),
        ("STREAM_CACHE_CONTROL", "a\r\nb"),
        ("S3_PRESIGNED_URL_EXPIRATION", "0"),
    ],
)
def test_an_invalid_library_setting_is_named_in_the_error(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=name if name != "SUBTITLE_COLOR" else "style"):
        read_library({name: value})


async def test_a_405_lists_every_allowed_method(harness: Harness) -> None:
    answer = await harness.client.post("/api/videos/film")

    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, PATCH")


async def test_a_video_of_an_earlier_version_is_found_by_its_state(harness: Harness) -> None:
    video_id = (await send(harness.client)).json()["video_id"]
    row = harness.services.catalogue.video("local", video_id)
    assert row is not None
    key = f"videos/transcoded/{video_id}/t/final.mp4"
    harness.services.store.put(key, RESULT, "video/mp4")
    outcome = TaskOutcome(key, files={"final.mp4": key})
    state = TaskState(row.task_id, TaskStatus.COMPLETED, row.created_us + 5, outcome=outcome)
    harness.services.catalogue.record(RecordInput(video_id, state))

    assert (await harness.client.get(f"/api/stream/{video_id}")).content == RESULT
    assert (await harness.client.get(f"/api/videos/{video_id}")).json()["s3_uri"].endswith(key)
