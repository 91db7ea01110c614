"""Says whether the model finds in each shipped clip the animals of its answers, and no others."""

import argparse
import json
from pathlib import Path

import cv2

from models.training.animals.evaluate import CONFIDENCE, Detector

CLIPS = Path(__file__).resolve().parents[2] / "demo" / "clip"
VERY_SURE = 0.8
ENOUGH_SIGHTINGS = 2


def sightings_by_animal(detector: Detector, clip_path: Path) -> dict[str, list[tuple[int, float]]]:
    """The second and the confidence of each sighting, from the first frame of every second."""
    capture = cv2.VideoCapture(str(clip_path))
    seen: dict[str, list[tuple[int, float]]] = {}
    next_second = 0
    while True:
        readable, frame = capture.read()
        if not readable:
            break
        if capture.get(cv2.CAP_PROP_POS_MSEC) < next_second * 1000:
            continue
        for sighting in detector.look(frame):
            if sighting.confidence >= CONFIDENCE:
                seen.setdefault(sighting.box.animal, []).append((next_second, round(sighting.confidence, 2)))
        next_second += 1
    capture.release()
    return seen


def counts(sightings: list[tuple[int, float]]) -> bool:
    """Two sightings, or one that is very sure."""
    return len(sightings) >= ENOUGH_SIGHTINGS or any(confidence >= VERY_SURE for _, confidence in sightings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="a model made by this package: loading a .pt runs code")
    detector = Detector(parser.parse_args().model)
    wrong = 0
    for answers_path in sorted(CLIPS.glob("*.json")):
        answers = json.loads(answers_path.read_text(encoding="utf-8"))
        expected = {there["animal"] for there in answers["animals"]}
        seen = sightings_by_animal(detector, answers_path.with_suffix(".mp4"))
        labels = {animal for animal, sightings in seen.items() if counts(sightings)}
        wrong += labels != expected
        print(f"{answers_path.stem}: expected {sorted(expected)}, labels {sorted(labels)}")
        print(f"  (second, confidence) of all sightings: {seen}")
    raise SystemExit(wrong)


if __name__ == "__main__":
    main()
