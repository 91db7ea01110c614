"""The product's animal detection as a program: prints the animals of each clip."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from adapters.ffmpeg.frames import FrameReader
from adapters.ffmpeg.tool import FfmpegTool
from adapters.models.settings import read_vision
from adapters.process import logs
from adapters.settings import read_media
from adapters.vision.yolo_detector import YoloDetector
from domain.animals.sightings import sightings
from domain.attempts.progress import UnreportedProgress


def main() -> None:
    """Print one JSON object: for each clip its labels and the number of sampled frames."""
    # Log lines about each FFmpeg run would precede the answer.
    logs.configure("CRITICAL")
    media_settings = read_media()
    tool = FfmpegTool(media_settings.recipe, media_settings.limits, media_settings.run_limits)
    reader = FrameReader(media_settings.limits, media_settings.run_limits)
    detector = YoloDetector(read_vision(), reader)
    found = {}
    for argument in sys.argv[1:]:
        clip, progress = Path(argument), UnreportedProgress()
        detections, frames = detector.detect(clip, tool.probe(clip, progress), progress)
        found[clip.stem] = {
            "labels": [sighting.label for sighting in sightings(detections)],
            "frames": frames,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
