"""Contract of an animal detector, with the real YOLO on the shipped model and clips."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.ffmpeg.frames import FrameReader
from adapters.models.settings import REPOSITORY, VisionSettings
from adapters.vision.yolo_detector import YoloDetector
from domain.animals.sightings import sightings
from domain.errors import AttemptCancelled, SettingInvalid
from tests.contract.media.progress import NotedProgress
from tests.contract.vision.conftest import Clip

Clips = Callable[[str], Clip]


@pytest.mark.parametrize("name", ["demo", "english-dog", "spanish-horse"])
def test_the_animals_of_a_shipped_clip_are_found_and_no_others(
    detector: YoloDetector, shipped: Clips, name: str
) -> None:
    clip = shipped(name)
    detections, _ = detector.detect(clip.path, clip.media, NotedProgress())
    found = sightings(detections)
    assert [sighting.label for sighting in found] == sorted(label for label, _, _ in clip.animals)
    for label, start_us, end_us in clip.animals:
        shown = next(sighting for sighting in found if sighting.label == label)
        assert start_us - 100_000 <= shown.first_us < shown.last_us <= end_us + 100_000
        assert shown.last_us - shown.first_us > (end_us - start_us) / 2


def test_detection_uses_the_configured_number_of_threads(
    vision_settings: VisionSettings, frames: FrameReader
) -> None:
    import torch

    YoloDetector(replace(vision_settings, cpu_threads=3), frames).prepare()
    three = torch.get_num_threads()
    YoloDetector(replace(vision_settings, cpu_threads=1), frames).prepare()

    assert (three, torch.get_num_threads()) == (3, 1)


def test_an_empty_scene_is_processed_and_has_no_animals(detector: YoloDetector, empty_scene: Clip) -> None:
    detections, frame_count = detector.detect(empty_scene.path, empty_scene.media, NotedProgress())
    assert detections == []
    assert 5 <= frame_count <= 7


def test_detections_come_in_order_of_time_with_boxes_inside_the_picture(
    detector: YoloDetector, shipped: Clips
) -> None:
    clip = shipped("demo")
    detections, frame_count = detector.detect(clip.path, clip.media, NotedProgress())
    times_us = [detection.time_us for detection in detections]
    assert times_us == sorted(times_us)
    assert 15 <= frame_count <= 25
    for box in (detection.box for detection in detections):
        assert 0 <= box.left < box.right <= 1
        assert 0 <= box.top < box.bottom <= 1


def test_the_batch_size_does_not_change_the_detections(
    vision_settings: VisionSettings, frames: FrameReader, detector: YoloDetector, shipped: Clips
) -> None:
    clip = shipped("spanish-horse")
    one_by_one = YoloDetector(replace(vision_settings, batch_size=1), frames)
    alone, _ = one_by_one.detect(clip.path, clip.media, NotedProgress())
    together, _ = detector.detect(clip.path, clip.media, NotedProgress())
    assert [(detection.label, detection.time_us) for detection in alone] == [
        (detection.label, detection.time_us) for detection in together
    ]


def test_only_the_configured_labels_are_reported(
    vision_settings: VisionSettings, frames: FrameReader, shipped: Clips
) -> None:
    clip = shipped("demo")
    for_dogs = YoloDetector(replace(vision_settings, labels=("dog",)), frames)
    detections, _ = for_dogs.detect(clip.path, clip.media, NotedProgress())
    assert {detection.label for detection in detections} == {"dog"}


def test_labels_unknown_to_the_model_are_the_operators_fault(
    vision_settings: VisionSettings, frames: FrameReader
) -> None:
    with pytest.raises(SettingInvalid, match="has none of"):
        YoloDetector(replace(vision_settings, labels=("unicorn",)), frames).prepare()


def test_progress_never_goes_back_and_ends_at_the_whole(detector: YoloDetector, shipped: Clips) -> None:
    clip, progress = shipped("demo"), NotedProgress()
    detector.detect(clip.path, clip.media, progress)
    assert progress.fractions == sorted(progress.fractions)
    assert len(progress.fractions) > 3
    assert progress.fractions[-1] == 1.0


def test_a_cancel_stops_the_work_with_its_own_error(detector: YoloDetector, shipped: Clips) -> None:
    clip = shipped("demo")
    progress = NotedProgress(stop_when=lambda: max(progress.fractions, default=0.0) > 0.3)
    with pytest.raises(AttemptCancelled):
        detector.detect(clip.path, clip.media, progress)
    assert max(progress.fractions) < 1.0


def test_detection_leaves_nothing_in_the_home_or_the_working_folder(tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    look = (
        "from adapters.models.settings import read_vision\n"
        "from adapters.vision.yolo_model import load_yolo\n"
        "load_yolo(read_vision({'MODELS': 'demo'}))\n"
    )
    subprocess.run(
        [sys.executable, "-c", look],
        cwd=work,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(REPOSITORY)},
        check=True,
    )
    assert list(home.iterdir()) == []
    assert list(work.iterdir()) == []
