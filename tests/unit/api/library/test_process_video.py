"""`POST /api/process-video/` with a real store and a real database; the tasks are fakes."""

from __future__ import annotations

import pytest

from api.routes.library.process_video import preferred_wait_s
from domain.media.rendition import FrameSize
from domain.messages.start import Admission
from domain.tasks.state import Fault
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import video
from tests.unit.api.library.library_server import SRT, finishing, send


async def test_a_video_with_subtitles_is_accepted_and_its_task_burns_them(harness: Harness) -> None:
    answer = await send(harness.client, resolution="720p", crf_value="30", subtitle_color="#ffff00")

    assert answer.status_code == 202
    body = answer.json()
    assert body["status"] == "processing"
    assert answer.headers["location"] == f"/api/videos/{body['video_id']}"
    [request] = harness.tasks.started
    assert (request.video_id, request.task_id) == (body["video_id"], body["job_id"])
    options = request.options
    assert (options.exact_size, options.crf, options.animals) == (FrameSize(1280, 720), 30, False)
    assert options.style.color == "#ffff00"
    assert options.given_subtitles is not None
    assert b"".join(harness.services.store.open_range(options.given_subtitles.key, 0, len(SRT))) == SRT
    assert request.stage_timeout_s == 600


async def test_the_defaults_are_the_smallest_size_and_middle_quality(harness: Harness) -> None:
    await send(harness.client)

    options = harness.tasks.started[0].options
    assert (options.exact_size, options.crf) == (FrameSize(640, 360), 23)


@pytest.mark.parametrize(("query", "headers"), [("?wait=60", {}), ("", {"Prefer": "respond-async, wait=60"})])
async def test_a_request_that_waits_gets_the_result(
    harness: Harness, query: str, headers: dict[str, str]
) -> None:
    harness.tasks.endings = finishing(harness)

    answer = await send(harness.client, query, headers, resolution="720p")

    assert answer.status_code == 200
    video_id, job_id = harness.tasks.started[0].video_id, harness.tasks.started[0].task_id
    assert answer.json() == {
        "status": "success",
        "video_id": video_id,
        "job_id": job_id,
        "message": "The video was processed.",
        "streaming_url": f"/api/stream/{video_id}",
        "metadata": {
            "original_filename": "my_video.mp4",
            "final_filename": "my_video_final.mp4",
            "resolution": "1280x720",
            "duration": 125.5,
            "file_size": 10240,
        },
    }
    assert harness.tasks.calls == [(job_id, "ended within 60 s")]
    assert answer.headers.get("preference-applied") == ("wait=60" if headers else None)


async def test_a_task_that_takes_longer_than_the_wait_is_accepted(harness: Harness) -> None:
    answer = await send(harness.client, "?wait=1")

    assert (answer.status_code, answer.json()["status"]) == (202, "processing")


async def test_a_task_that_fails_during_the_wait_is_answered_with_its_error(harness: Harness) -> None:
    harness.tasks.endings = finishing(
        harness, Fault("SubtitlesInvalid", "Line 6: the cue ends before it begins.")
    )

    answer = await send(harness.client, "?wait=60")

    assert (answer.status_code, answer.json()["code"]) == (422, "SubtitlesInvalid")
    assert answer.json()["detail"].startswith("Line 6")


async def test_the_same_work_is_not_done_twice(harness: Harness) -> None:
    harness.tasks.endings = finishing(harness)
    first = await send(harness.client, "?wait=60")
    objects = harness.leftovers()

    again = await send(harness.client)

    assert again.status_code == 200
    assert again.json() == first.json()
    assert len(harness.tasks.started) == 1
    assert harness.leftovers() == objects


async def test_work_that_failed_is_done_again(harness: Harness) -> None:
    harness.tasks.endings = finishing(harness, Fault("MediaToolFailed", "it broke"))
    await send(harness.client, "?wait=60")

    again = await send(harness.client)

    assert again.status_code == 202
    assert len(harness.tasks.started) == 2


@pytest.mark.parametrize(
    "other",
    [{"crf_value": "24"}, {"resolution": "480p"}, {"subtitle_box": "true"}, {"srt": SRT.decode() + "."}],
)
async def test_other_options_make_another_video(harness: Harness, other: dict[str, str]) -> None:
    harness.tasks.endings = finishing(harness)
    first = await send(harness.client, "?wait=60")

    second = await send(harness.client, "?wait=60", **other)

    assert second.json()["video_id"] != first.json()["video_id"]


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"resolution": "4k"}, "resolution is '4k'"),
        ({"crf_value": "52"}, "crf_value is '52'"),
        ({"crf_value": "-1"}, "crf_value"),
        ({"crf_value": "٢٣"}, "crf_value"),
        ({"subtitle_font": "Arial,Alignment=9"}, "a font's name"),
        ({"subtitle_color": "red"}, "#rrggbb"),
        ({"subtitle_size": "nan"}, "subtitle_size"),
        ({"subtitle_size": "90"}, "1 to 20 percent"),
        ({"subtitle_box": "maybe"}, "subtitle_box"),
        ({"subtitle_position": "left"}, "subtitle_position"),
        ({"max_height": "720"}, "the fields are video, srt_file, resolution"),
    ],
)
async def test_an_invalid_field_is_refused_and_nothing_stays(
    harness: Harness, fields: dict[str, str], detail: str
) -> None:
    answer = await send(harness.client, **fields)

    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
    assert harness.leftovers() == []


async def test_both_files_are_required(harness: Harness) -> None:
    no_srt = await harness.client.post("/api/process-video/", files={"video": ("a.mp4", video())})
    no_video = await harness.client.post("/api/process-video/", files={"srt_file": ("a.srt", SRT)})
    empty = await send(harness.client, srt=" \n")

    assert "srt_file" in no_srt.json()["detail"]
    assert "video" in no_video.json()["detail"]
    assert (empty.status_code, empty.json()["code"]) == (422, "SubtitlesInvalid")
    assert harness.leftovers() == []


async def test_subtitles_that_are_too_large_are_refused_while_they_arrive(harness: Harness) -> None:
    answer = await send(harness.client, srt="x" * 1_100_000)

    assert answer.status_code == 422
    assert "1048576 bytes" in answer.json()["detail"]
    assert harness.leftovers() == []


async def test_subtitles_that_the_worker_refuses_leave_nothing(harness: Harness) -> None:
    harness.tasks.verdict = Admission(False, "SubtitlesInvalid", "Line 3: times are written otherwise.")

    answer = await send(harness.client)

    assert (answer.status_code, answer.json()["detail"]) == (422, "Line 3: times are written otherwise.")
    assert harness.leftovers() == []


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 0),
        ("wait=60", 60),
        ("respond-async, wait=10", 10),
        ('Wait = "5"', 5),
        ("wait=99999", 300),
        ("wait=-1", 0),
        ("wait=1e9", 0),
        ("await=5", 0),
        ("wait=" + "9" * 1000, 0),
    ],
)
def test_a_preference_to_wait_is_parsed_by_rfc_7240(prefer: str | None, seconds: int) -> None:
    assert preferred_wait_s(prefer) == seconds
