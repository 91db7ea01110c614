"""`/api/videos/` and `/api/stream/`, over a real store and a real database; the tasks are played."""

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
from tests.unit.api.conftest import Stand
from tests.unit.api.library.library_server import RESULT, finishing, send


async def saved(stand: Stand, **fields: str) -> str:
    """The id of a video whose task has ended well."""
    stand.tasks.endings = finishing(stand)
    return str((await send(stand.client, "?wait=60", **fields)).json()["video_id"])


async def test_a_saved_video_tells_everything_and_its_link_works(stand: Stand) -> None:
    video_id = await saved(stand, resolution="1080p")

    told = (await stand.client.get(f"/api/videos/{video_id}")).json()

    assert set(told) == {
        "id", "filename", "s3_uri", "link", "status", "file_size", "duration", "resolution",
        "created_at", "updated_at",
    }  # fmt: skip
    assert (told["id"], told["filename"], told["status"]) == (video_id, "my_video.mp4", "saved")
    assert (told["file_size"], told["duration"], told["resolution"]) == (10240, 125.5, "1920x1080")
    assert told["s3_uri"].startswith("s3://")
    assert told["s3_uri"].endswith("/final.mp4")
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(told["link"])).content == RESULT


async def test_the_library_is_paged_and_searched(stand: Stand) -> None:
    done = await saved(stand)
    going = (await send(stand.client, crf_value="1")).json()["video_id"]

    async def listed(query: str) -> list[str]:
        answer = await stand.client.get(f"/api/videos/?{query}")
        assert answer.status_code == 200, answer.text
        return [found["id"] for found in answer.json()["videos"]]

    assert await listed("") == [going, done]
    assert await listed("status=saved") == [done]
    assert await listed("status=processing") == [going]
    assert await listed("status=failed") == []
    assert await listed("skip=1&limit=1") == [done]
    assert await listed("filename=VIDEO") == [going, done]
    assert await listed("filename=other") == []
    source = stand.tasks.started[0].source.sha256
    assert await listed(f"source={source}") == [going, done]
    assert await listed(f"source={'0' * 64}") == []
    first = (await stand.client.get("/api/videos/?limit=1")).json()
    assert await listed(f"cursor={first['next']}") == [done]


async def test_a_video_is_renamed_and_its_name_is_cleaned(stand: Stand) -> None:
    video_id = await saved(stand)

    answer = await stand.client.patch(f"/api/videos/{video_id}", json={"filename": "../../new\u202e.mp4"})

    assert answer.json()["filename"] == "new.mp4"
    assert (await stand.client.get(f"/api/videos/{video_id}")).json()["filename"] == "new.mp4"
    wrong = await stand.client.patch(f"/api/videos/{video_id}", json={"status": "saved"})
    assert wrong.status_code == 422
    nobody = await stand.client.patch("/api/videos/nobody", json={"filename": "a.mp4"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "VideoUnknown")


async def test_a_removed_video_leaves_no_object_and_no_row(stand: Stand) -> None:
    video_id = await saved(stand)
    sha256 = stand.tasks.started[0].source.sha256
    stand.services.store.put(f"kept/chunks/{sha256}/recipe/0-1.mp4", b"x", "video/mp4")

    answer = await stand.client.delete(f"/api/videos/{video_id}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert stand.leftovers() == []
    assert (await stand.client.get(f"/api/videos/{video_id}")).status_code == 404
    assert (await stand.client.delete(f"/api/videos/{video_id}")).json()["code"] == "VideoUnknown"


async def test_kept_parts_stay_while_another_video_has_the_same_source(stand: Stand) -> None:
    first = await saved(stand)
    await saved(stand, crf_value="1")
    key = f"kept/chunks/{stand.tasks.started[0].source.sha256}/recipe/0-1.mp4"
    stand.services.store.put(key, b"x", "video/mp4")

    await stand.client.delete(f"/api/videos/{first}")

    assert stand.services.store.stat(key) is not None


async def test_a_running_task_is_stopped_before_its_video_goes(stand: Stand) -> None:
    told = (await send(stand.client)).json()

    too_busy = await stand.client.delete(f"/api/videos/{told['video_id']}")

    assert (too_busy.status_code, too_busy.json()["code"]) == (503, "WorkflowsUnavailable")
    assert stand.tasks.asked[0] == (told["job_id"], "cancel")
    assert stand.leftovers() != []
    stand.tasks.endings = lambda _task_id: True
    assert (await stand.client.delete(f"/api/videos/{told['video_id']}")).status_code == 204
    assert stand.leftovers() == []


async def test_a_stream_has_ranges_and_validators(stand: Stand) -> None:
    url = f"/api/stream/{await saved(stand)}"

    whole = await stand.client.get(url)
    head = await stand.client.head(url)
    part = await stand.client.get(url, headers={"Range": "bytes=100-199"})
    last = await stand.client.get(url, headers={"Range": "bytes=-5", "If-Range": whole.headers["etag"]})
    changed = await stand.client.get(url, headers={"Range": "bytes=-5", "If-Range": '"other"'})
    beyond = await stand.client.get(url, headers={"Range": "bytes=10240-"})
    known = await stand.client.get(url, headers={"If-None-Match": whole.headers["etag"]})

    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, RESULT, "video/mp4")
    assert whole.headers["content-disposition"].startswith("inline;")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "10240", b"")
    assert (part.status_code, part.content) == (206, RESULT[100:200])
    assert part.headers["content-range"] == "bytes 100-199/10240"
    assert (last.status_code, last.content) == (206, RESULT[-5:])
    assert (changed.status_code, changed.content) == (200, RESULT)
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */10240")
    assert (known.status_code, known.content) == (304, b"")


async def test_a_stream_can_be_left_to_the_store(stand: Stand) -> None:
    url = f"/api/stream/{await saved(stand)}"
    app = create_app(replace(stand.services, library=LibrarySettings(redirects=True)))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        answer = await client.get(url)
    async with httpx.AsyncClient() as anybody:
        direct = await anybody.get(answer.headers["location"], headers={"Range": "bytes=0-9"})

    assert (answer.status_code, answer.headers["cache-control"]) == (307, "no-store")
    assert (direct.status_code, direct.content) == (206, RESULT[:10])


async def test_a_video_without_a_result_has_no_stream_and_no_link(stand: Stand) -> None:
    video_id = (await send(stand.client)).json()["video_id"]

    answer = await stand.client.get(f"/api/stream/{video_id}")

    assert (answer.status_code, answer.json()["code"]) == (404, "FileUnknown")
    told = (await stand.client.get(f"/api/videos/{video_id}")).json()
    assert (told["status"], told["link"], told["s3_uri"]) == ("processing", None, None)


async def test_the_health_of_the_library_names_its_parts(stand: Stand) -> None:
    answer = await stand.client.get("/api/health")

    assert answer.json() == {
        "status": "degraded",
        "service": "video-pipeline",
        "version": VERSION,
        "object_store": "ok",
        "database": "ok",
        "ffmpeg": "no libass",
    }


def test_the_librarys_settings_check_themselves() -> None:
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
def test_a_setting_that_can_not_be_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=name if name != "SUBTITLE_COLOR" else "style"):
        read_library({name: value})


async def test_a_wrong_method_names_every_right_one(stand: Stand) -> None:
    answer = await stand.client.post("/api/videos/film")

    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, PATCH")


async def test_a_video_of_an_earlier_version_is_found_by_what_its_state_says(stand: Stand) -> None:
    video_id = (await send(stand.client)).json()["video_id"]
    row = stand.services.catalogue.video("local", video_id)
    assert row is not None
    key = f"videos/transcoded/{video_id}/t/final.mp4"
    stand.services.store.put(key, RESULT, "video/mp4")
    outcome = TaskOutcome(key, files={"final.mp4": key})
    state = TaskState(row.task_id, TaskStatus.COMPLETED, row.created_us + 5, outcome=outcome)
    stand.services.catalogue.record(RecordInput(video_id, state))

    assert (await stand.client.get(f"/api/stream/{video_id}")).content == RESULT
    assert (await stand.client.get(f"/api/videos/{video_id}")).json()["s3_uri"].endswith(key)
