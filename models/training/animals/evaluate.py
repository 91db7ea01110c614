"""Evaluation of an animal model on held-out composed frames: recall, precision, false detections."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.training.animals.compose import Box, Picture, Recipe, compose_picture
from models.training.animals.glyphs import ANIMALS, DISTRACTOR_GLYPHS, HELD_OUT_DISTRACTOR_GLYPHS

IMAGE_SIZE = 416  # the size of the product's preset
CONFIDENCE = 0.6
CONFIDENCES = (0.3, 0.4, 0.5, 0.6, 0.7)
SAME_PLACE_IOU = 0.5
FRAMES_SEED, EMPTY_SEED = 101, 102  # training's seeds are 11 and 12


@dataclass(frozen=True)
class Measure:
    """Numbers of frames: of each of the two shapes, and of each of the three kinds without animals."""

    frames: int
    empty_frames: int


FULL_MEASURE = Measure(frames=300, empty_frames=300)
SMOKE_MEASURE = Measure(frames=4, empty_frames=2)


@dataclass(frozen=True)
class Detection:
    box: Box
    confidence: float


class Detector:
    """Detector of the model at a path, loaded as in the product; only for trusted files."""

    def __init__(self, model_path: Path) -> None:
        # Not before `isolate_ultralytics`: its first import reads the environment.
        from ultralytics.models import YOLO  # noqa: PLC0415

        self._model: Any = YOLO(str(model_path))

    def detect(self, picture: Any) -> list[Detection]:
        """Detections in a Pillow image or BGR array, from the lowest measured confidence on."""
        results = self._model.predict(
            picture, imgsz=IMAGE_SIZE, conf=min(CONFIDENCES), device="cpu", verbose=False
        )
        return [
            Detection(Box(ANIMALS[int(row[5])], *(float(edge) for edge in row[:4])), float(row[4]))
            for row in results[0].boxes.data.tolist()
        ]


def iou(one: Box, other: Box) -> float:
    shared_width = min(one.right, other.right) - max(one.left, other.left)
    shared_height = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(0.0, shared_width) * max(0.0, shared_height)
    return shared / (one.area + other.area - shared)


def found_and_false(picture: Picture, detections: list[Detection]) -> tuple[list[Box], list[Detection]]:
    """Matches labelled boxes with detections of their animal; returns found boxes and false detections."""
    waiting = list(picture.boxes)
    found: list[Box] = []
    false: list[Detection] = []
    for detection in sorted(detections, key=lambda seen: -seen.confidence):
        seen = detection.box
        same = [(iou(box, seen), place) for place, box in enumerate(waiting) if box.animal == seen.animal]
        best_iou, best_place = max(same, default=(0.0, 0))
        if best_iou >= SAME_PLACE_IOU:
            found.append(waiting.pop(best_place))
        else:
            false.append(detection)
    return found, false


def _frames(count: int, seed: int, **recipe: Any) -> Iterator[Picture]:
    """`count` landscape and `count` portrait frames."""
    for shape, (width, height) in enumerate(((640, 360), (360, 640))):
        for index in range(count):
            yield compose_picture(
                np.random.default_rng([seed, shape, index]), Recipe(width=width, height=height, **recipe)
            )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _measure_animals(detector: Detector, count: int) -> dict[str, Any]:
    labelled: Counter[str] = Counter()
    found: Counter[tuple[float, str]] = Counter()
    false: Counter[tuple[float, str]] = Counter()
    frames = _frames(
        count,
        FRAMES_SEED,
        smallest=0.15,
        animal_counts=(1, 1, 2, 3),
        distractors=DISTRACTOR_GLYPHS + HELD_OUT_DISTRACTOR_GLYPHS,
    )
    for picture in frames:
        labelled.update(box.animal for box in picture.boxes)
        detections = detector.detect(picture.image)
        for confidence in CONFIDENCES:
            sure = [seen for seen in detections if seen.confidence >= confidence]
            found_boxes, false_sightings = found_and_false(picture, sure)
            found.update((confidence, box.animal) for box in found_boxes)
            false.update((confidence, seen.box.animal) for seen in false_sightings)

    def row(confidence: float, animals: tuple[str, ...]) -> dict[str, Any]:
        there = sum(labelled[animal] for animal in animals)
        hits = sum(found[confidence, animal] for animal in animals)
        wrong = sum(false[confidence, animal] for animal in animals)
        return {
            "labelled": there,
            "found": hits,
            "false": wrong,
            "recall": _share(hits, there),
            "precision": _share(hits, hits + wrong),
        }

    return {
        "by_confidence": {str(confidence): row(confidence, ANIMALS) for confidence in CONFIDENCES},
        "by_animal": {animal: row(CONFIDENCE, (animal,)) for animal in ANIMALS},
    }


def _measure_empty(detector: Detector, count: int) -> dict[str, Any]:
    """Shares of frames without animals that have a detection, for three kinds of frame."""
    kinds: dict[str, dict[str, Any]] = {
        "bare scenes": {"distractor_counts": (0,)},
        "distractors seen in training": {"distractor_counts": (1, 2, 4)},
        "distractors never seen": {"distractor_counts": (1, 2, 4), "distractors": HELD_OUT_DISTRACTOR_GLYPHS},
    }
    report: dict[str, Any] = {}
    for place, (kind, recipe) in enumerate(kinds.items()):
        spoilt: Counter[float] = Counter()
        half, seed = (count + 1) // 2, EMPTY_SEED + place
        for picture in _frames(half, seed, smallest=0.15, animal_counts=(0,), **recipe):
            detections = detector.detect(picture.image)
            for confidence in CONFIDENCES:
                spoilt[confidence] += any(seen.confidence >= confidence for seen in detections)
        report[kind] = {
            "frames": 2 * half,
            "with_false_sightings": {str(confidence): spoilt[confidence] for confidence in CONFIDENCES},
        }
    return report


def measure(model_path: Path, plan: Measure) -> dict[str, Any]:
    """All figures of the model, at `IMAGE_SIZE` and, unless given otherwise, at `CONFIDENCE`."""
    detector = Detector(model_path)
    return {
        "image_size": IMAGE_SIZE,
        "confidence": CONFIDENCE,
        "animals": _measure_animals(detector, plan.frames),
        "empty": _measure_empty(detector, plan.empty_frames),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="a model made by this package: loading a .pt runs code")
    print(json.dumps(measure(parser.parse_args().model, FULL_MEASURE), indent=2))


if __name__ == "__main__":
    main()
