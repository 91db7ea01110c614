"""Invalid files are refused with an error code, and leave nothing over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import media
from tests.e2e.conftest import CLIPS
from tests.e2e.product import Product
from tests.e2e.test_results import X264


def text(folder: Path) -> Path:
    path = folder / "clip.mp4"
    path.write_text("This is no video at all.\n" * 400)
    return path


def nothing(folder: Path) -> Path:
    path = folder / "clip.mp4"
    path.touch()
    return path


def cut_short(folder: Path) -> Path:
    path = folder / "clip.mp4"
    source = media.make(folder / "whole.mp4", *media.picture(4), *X264, "-movflags", "+faststart")
    path.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    return path


def without_index(folder: Path) -> Path:
    path = folder / "clip.mp4"
    source = media.make(folder / "whole.mp4", *media.picture(4), *X264)
    path.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    return path


def sound_only(folder: Path) -> Path:
    return media.make(folder / "clip.mp4", *media.tone(2), "-c:a", "aac")


def playlist(folder: Path) -> Path:
    path = folder / "clip.mp4"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    return path


def script(folder: Path) -> Path:
    path = folder / "clip.mp4"
    path.write_text("#!/bin/sh\ntouch /tmp/owned\n")
    return path


def noise_in_disguise(folder: Path) -> Path:
    """A file with the header of an MP4, followed by noise."""
    path = folder / "clip.mp4"
    path.write_bytes((CLIPS / "english-dog.mp4").read_bytes()[:64] + bytes(range(256)) * 200)
    return path


REFUSALS: dict[str, tuple[Callable[[Path], Path], int, set[str]]] = {
    "not a video": (text, 415, {"SourceTypeUnsupported"}),
    "empty": (nothing, 422, {"SourceEmpty"}),
    "cut short": (cut_short, 422, {"SourceTruncated"}),
    "cut short before its index": (without_index, 422, {"SourceTruncated"}),
    "no video stream": (sound_only, 422, {"NoVideoStream"}),
    "a playlist in disguise": (playlist, 415, {"SourceTypeUnsupported"}),
    "a script in disguise": (script, 415, {"SourceTypeUnsupported"}),
    "noise in disguise": (noise_in_disguise, 422, {"NoVideoStream"}),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_bad_file_is_refused_with_its_error_code_and_leaves_nothing(
    case: str, product: Product, tmp_path: Path
) -> None:
    make, http_status, codes = REFUSALS[case]
    clip = make(tmp_path)
    objects, tasks = product.keys(""), product.http.get("/tasks").json()["tasks"]

    answer = product.send(clip)

    assert answer.status_code == http_status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in codes
    assert len(answer.json()["detail"]) > 20
    assert product.keys("") == objects
    assert product.http.get("/tasks").json()["tasks"] == tasks


def test_a_hostile_file_name_is_never_used_as_a_path(product: Product) -> None:
    answer = product.send(CLIPS / "english-dog.mp4", name="../../-rf; <b>\u202e.mp4", subtitle_mode="none")
    task_id = answer.json()["task_id"]
    product.completed(task_id)
    names = [task["filename"] for task in product.http.get("/tasks").json()["tasks"]]

    assert answer.status_code == 202
    assert all("/" not in name and "\u202e" not in name for name in names)
    assert not any("rf" in key for key in product.keys(""))


def test_an_unknown_task_has_the_same_error_on_every_route(product: Product) -> None:
    unknown = "task-" + "0" * 32
    answers = [
        product.http.get(f"/status/{unknown}"),
        product.http.post(f"/video/{unknown}/cancel"),
        product.http.post(f"/video/{unknown}/retry/merger"),
        product.http.get(f"/video/{unknown}/files/final.mp4"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "TaskUnknown")] * 4


def test_a_repeated_upload_with_its_key_is_the_same_task(product: Product) -> None:
    first = product.send(CLIPS / "english-dog.mp4", key="holiday-1", subtitle_mode="none")
    second = product.send(CLIPS / "english-dog.mp4", key="holiday-1", subtitle_mode="none")

    assert first.json()["task_id"] == second.json()["task_id"]
    product.completed(first.json()["task_id"])
