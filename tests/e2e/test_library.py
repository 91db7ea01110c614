"""A video with given subtitles becomes one video of the requested size, which is stored and streamed."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.contract.media import looks
from tests.e2e.conftest import CLIPS
from tests.e2e.product import Product

CLIP = CLIPS / "spanish-horse.mp4"
SRT = "1\n00:00:00,500 --> 00:00:03,000\n<b>¿Dónde está</b>\n{\\an8}el niño?\n".encode("latin-1")


def process(product: Product, srt: bytes = SRT, query: str = "?wait=240", **fields: str) -> httpx.Response:
    with CLIP.open("rb") as clip:
        return product.http.post(
            f"/api/process-video/{query}",
            files={"video": ("mi video.mp4", clip), "srt_file": ("cues.srt", srt)},
            data=fields,
            timeout=300,
        )


def test_subtitles_in_an_old_charset_are_burned_in_an_exact_size_once_and_streamed(
    product: Product, tmp_path: Path
) -> None:
    answer = process(product, resolution="480p", crf_value="30")

    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document["metadata"]["resolution"] == "854x480"
    whole = product.http.get(document["streaming_url"])
    assert len(whole.content) == document["metadata"]["file_size"]
    part = product.http.get(document["streaming_url"], headers={"Range": "bytes=-1000"})
    assert (part.status_code, part.content) == (206, whole.content[-1000:])
    final = tmp_path / "final.mp4"
    final.write_bytes(whole.content)
    picture = looks.stream(final, "video")
    assert (picture["width"], picture["height"], picture["codec_name"]) == (854, 480, "h264")
    vtt = product.http.get(f"/video/{document['job_id']}/files/subtitles.vtt").text
    assert "¿Dónde está\nel niño?" in vtt
    stages = product.status(document["job_id"])["stages"]
    assert {name for name, stage in stages.items() if stage["status"] == "completed"} == {"merger"}

    again = process(product, query="", resolution="480p", crf_value="30")
    assert (again.status_code, again.json()["video_id"]) == (200, document["video_id"])

    assert product.http.delete(f"/api/videos/{document['video_id']}").status_code == 204
    assert product.http.get(document["streaming_url"]).status_code == 404
    assert [key for key in product.keys("") if document["video_id"] in key] == []


def test_invalid_subtitles_are_refused_with_their_line_and_leave_nothing(product: Product) -> None:
    before = product.keys("videos/")

    answer = process(product, b"1\n00:00:02,000 --> 00:00:01,000\nHello\n", query="")

    assert (answer.status_code, answer.json()["code"]) == (422, "SubtitlesInvalid")
    assert answer.json()["detail"] == "Line 2: the cue ends before it begins."
    assert product.keys("videos/") == before
