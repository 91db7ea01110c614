"""Results of the whole product match the contents of the uploaded videos."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e import media
from tests.e2e.conftest import CLIPS
from tests.e2e.product import Product

STAGES = ["downscale", "language_detection", "animal_detection", "subtitles", "merger"]


def words(text: str) -> set[str]:
    return {"".join(filter(str.isalnum, word)).lower() for word in text.split()} - {""}


def recognized_share(vtt: str, answers: Path) -> float:
    """Share of the clip's distinct words that are in the subtitles."""
    spoken = words(" ".join(sentence["text"] for sentence in json.loads(answers.read_text())["sentences"]))
    return len(spoken & words(vtt)) / len(spoken)


def test_the_demo_clip_gets_a_smaller_video_subtitles_its_language_and_its_animals(
    product: Product, tmp_path: Path
) -> None:
    task_id = product.upload(CLIPS / "demo.mp4")
    status = product.completed(task_id)

    assert list(status["stages"]) == STAGES
    assert {(stage["status"], stage["progress"]) for stage in status["stages"].values()} == {
        ("completed", 100)
    }
    assert set(status["result"]) == {"final_video", "language", "animals_detected", "subtitles"}
    assert status["result"]["language"] == "fr"
    assert status["result"]["animals_detected"] == ["cat", "dog"]

    final = product.download(task_id, "final.mp4", tmp_path)
    report = media.probe(final)
    picture, sound, cues = (media.stream(report, kind) for kind in ("video", "audio", "subtitle"))
    assert picture is not None
    assert sound is not None
    assert cues is not None
    assert (picture["codec_name"], picture["width"], picture["height"]) == ("h264", 1920, 1080)
    assert sound["codec_name"] == "aac"
    assert (cues["codec_name"], cues["tags"]["language"]) == ("mov_text", "fra")
    assert media.decoded_frames(final) == 500

    vtt = product.download(task_id, "subtitles.vtt", tmp_path).read_text()
    assert vtt.startswith("WEBVTT")
    assert recognized_share(vtt, CLIPS / "demo.json") > 0.8
    assert product.keys(f"temp/{task_id}/") == []


def test_animals_are_named_in_the_readers_language(product: Product) -> None:
    task_id = product.upload(CLIPS / "english-dog.mp4", subtitle_mode="none")
    product.completed(task_id)
    french = product.status(task_id, **{"Accept-Language": "fr-FR, en;q=0.5"})

    assert french["result"]["animals_detected"] == ["chien"]
    assert french["result"]["language"] == "en"


def test_burned_subtitles_are_in_the_picture_and_the_picture_was_encoded_once(
    product: Product, tmp_path: Path
) -> None:
    task_id = product.upload(CLIPS / "spanish-horse.mp4", subtitle_mode="burn")
    status = product.completed(task_id)
    final = product.download(task_id, "final.mp4", tmp_path)
    report = media.probe(final)

    assert status["stages"]["downscale"]["status"] == "skipped"
    assert status["result"]["language"] == "es"
    assert status["result"]["animals_detected"] == ["horse"]
    assert media.stream(report, "subtitle") is None
    lower = "crop=iw:ih/4:0:3*ih/4,scale=160:24,format=gray"
    grabs = []
    for path in (CLIPS / "spanish-horse.mp4", final):
        grab = media.make(tmp_path / f"{path.stem}.raw", "-ss", "2", "-i", f"file:{path}", "-frames:v", "1",
                          "-vf", lower, "-f", "rawvideo")  # fmt: skip
        grabs.append(grab.read_bytes())
    changed = sum(abs(before - after) > 60 for before, after in zip(*grabs, strict=True))
    assert changed > 30, "white letters on the lower quarter change many of its pixels"


def test_a_conforming_source_is_not_encoded_again(product: Product, tmp_path: Path) -> None:
    task_id = product.upload(CLIPS / "english-dog.mp4", language="en")
    status = product.completed(task_id)
    final = product.download(task_id, "final.mp4", tmp_path)
    hashes = [
        media.make(tmp_path / f"{number}.md5", "-i", f"file:{path}", "-map", "0:v", "-c", "copy", "-f", "md5")
        for number, path in enumerate((CLIPS / "english-dog.mp4", final))
    ]

    assert status["stages"]["language_detection"]["status"] == "skipped"
    assert hashes[0].read_text() == hashes[1].read_text()


X264 = ["-c:v", "libx264", "-preset", "ultrafast"]
CASES = {
    "no audio": [*media.picture(2), *X264],
    "no speech": [*media.picture(3), *media.silence(3), *X264],
    "portrait": [*media.picture(2, "360x640"), *media.tone(2), *X264],
    "odd sides": [*media.picture(2, "321x243"), "-pix_fmt", "yuv444p", *X264],
    "half a second": [*media.picture(0.5), *media.tone(0.5), *X264],
    "10 bit": [*media.picture(2), "-pix_fmt", "yuv420p10le", *X264],
    "anamorphic": [*media.picture(2, "720x576"), "-vf", "setsar=64/45", *X264],
    "variable rate": [*media.picture(3), "-vf", "select=not(between(n\\,20\\,40))", "-vsync", "vfr", *X264],
}
SIZES = {
    "no audio": (640, 360),
    "no speech": (640, 360),
    "portrait": (360, 640),
    "odd sides": (320, 242),
    "half a second": (640, 360),
    "10 bit": (640, 360),
    "anamorphic": (1024, 576),
    "variable rate": (640, 360),
}


@pytest.mark.parametrize("case", CASES)
def test_an_unusual_video_gets_a_correct_result(case: str, product: Product, tmp_path: Path) -> None:
    clip = media.make(tmp_path / "clip.mp4", *CASES[case])
    task_id = product.upload(clip)
    status = product.completed(task_id)
    final = product.download(task_id, "final.mp4", tmp_path)
    vtt = product.download(task_id, "subtitles.vtt", tmp_path).read_text()
    picture = media.stream(media.probe(final), "video")

    assert status["result"]["animals_detected"] == []
    assert status["result"]["language"] is None
    assert "-->" not in vtt
    assert picture is not None
    assert (picture["width"], picture["height"]) == SIZES[case]
    assert picture["pix_fmt"] == "yuv420p"
    assert media.decoded_frames(final) >= 10
