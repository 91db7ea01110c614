"""Shipped model and clips, with the known animals of each clip."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.ffmpeg.frames import FrameReader
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.ffmpeg.tool import FfmpegTool
from adapters.models.settings import REPOSITORY, VisionSettings, read_vision
from adapters.vision.yolo_detector import YoloDetector
from domain.attempts.progress import UnreportedProgress
from domain.media.source import SourceMedia

CLIPS = REPOSITORY / "models" / "demo" / "clip"


@dataclass(frozen=True)
class Clip:
    """Source with its animals: label, first and last time."""

    path: Path
    media: SourceMedia
    animals: tuple[tuple[str, int, int], ...] = ()


def probed(path: Path) -> SourceMedia:
    return FfmpegTool(EncodeRecipe(), MediaLimits(), RunLimits()).probe(path, UnreportedProgress())


@pytest.fixture(scope="session")
def frames() -> FrameReader:
    return FrameReader(MediaLimits(), RunLimits())


@pytest.fixture(scope="session")
def vision_settings() -> VisionSettings:
    return read_vision({"MODELS": "demo"})


@pytest.fixture(scope="session")
def detector(vision_settings: VisionSettings, frames: FrameReader) -> YoloDetector:
    return YoloDetector(vision_settings, frames)


@pytest.fixture(scope="session")
def shipped() -> Callable[[str], Clip]:
    def open_clip(name: str) -> Clip:
        answers = json.loads((CLIPS / f"{name}.json").read_text(encoding="utf-8"))
        path = CLIPS / f"{name}.mp4"
        return Clip(
            path,
            probed(path),
            tuple(
                (sighting["animal"], sighting["start_us"], sighting["end_us"])
                for sighting in answers["animals"]
            ),
        )

    return open_clip


@pytest.fixture(scope="session")
def empty_scene(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Clip of five seconds of plain grey."""
    path = tmp_path_factory.mktemp("scene") / "grey.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=gray:s=320x180:d=5", "-c:v", "mpeg4", path],
        check=True,
    )
    return Clip(path, probed(path))
