"""Check of the model on the shipped clips: it must find exactly the expected animals."""

import argparse
import json
from pathlib import Path

import cv2

from models.training.animals.evaluate import CONFIDENCE, Detector

CLIPS = Path(__file__).resolve().parents[2] / "demo" / "clip"
VERY_SURE = 0.8
ENOUGH_SIGHTINGS = 2


def detections_by_animal(detector: Detector, clip_path: Path) -> dict[str, list[tuple[int, float]]]:
    """(second, confidence) of each detection by animal, from the first frame of every second."""
    capture = cv2.VideoCapture(str(clip_path))
    seen: dict[str, list[tuple[int, float]]] = {}
    next_second = 0
    while True:
        readable, frame = capture.read()
        if not readable:
            break
        if capture.get(cv2.CAP_PROP_POS_MSEC) < next_second * 1000:
            continue
        for detection in detector.detect(frame):
            if detection.confidence >= CONFIDENCE:
                seen.setdefault(detection.box.animal, []).append(
                    (next_second, round(detection.confidence, 2))
                )
        next_second += 1
    capture.release()
    return seen


def counts(detections: list[tuple[int, float]]) -> bool:
    """True for two detections, or for one with high confidence."""
    return len(detections) >= ENOUGH_SIGHTINGS or any(confidence >= VERY_SURE for _, confidence in detections)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="a model made by this package: loading a .pt runs code")
    detector = Detector(parser.parse_args().model)
    wrong = 0
    for answers_path in sorted(CLIPS.glob("*.json")):
        answers = json.loads(answers_path.read_text(encoding="utf-8"))
        expected = {there["animal"] for there in answers["animals"]}
        seen = detections_by_animal(detector, answers_path.with_suffix(".mp4"))
        labels = {animal for animal, detections in seen.items() if counts(detections)}
        wrong += labels != expected
        print(f"{answers_path.stem}: expected {sorted(expected)}, labels {sorted(labels)}")
        print(f"  (second, confidence) of all detections: {seen}")
    raise SystemExit(wrong)


if __name__ == "__main__":
    main()
