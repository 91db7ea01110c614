"""`animal_detection`: finds animals on sampled frames, with time and place in the picture."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.attempts.attempt import open_attempt
from activities.ports import AnimalDetector, ObjectStore
from domain.animals.sightings import animal_report, sightings
from domain.messages.stages import AnimalsFound, AnimalsInput


@dataclass(frozen=True)
class AnimalDetection:
    store: ObjectStore
    detector: AnimalDetector
    scratch_root: Path

    @activity.defn(name="animal_detection", no_thread_cancel_exception=True)
    def run(self, request: AnimalsInput) -> AnimalsFound:
        with open_attempt(self.scratch_root, request.task_id) as attempt:
            source_path = attempt.scratch_path / "source"
            self.store.download(request.source.key, source_path, attempt.part(0.0, 0.05))
            detections, frames_examined = self.detector.detect(
                source_path, request.media, attempt.part(0.05, 1.0)
            )
            found = sightings(detections)
            report = animal_report(found, frames_examined, self.detector.model_name)
            content = json.dumps(report, ensure_ascii=False, indent=2).encode()
            stored = self.store.put(attempt.key("animals.json"), content, "application/json")
            return AnimalsFound(report=stored, sightings=found, frames_examined=frames_examined)
