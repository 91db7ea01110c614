"""Animal detector on YOLO: sampled frames in batches, configured labels only."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from adapters.ffmpeg.frames import Frame, Sampling
from adapters.models.load_once import LoadedOnce
from adapters.models.native_calls import run_blocking, run_with_stall_limit
from adapters.models.settings import VisionSettings
from adapters.vision.yolo_model import class_ids, load_yolo
from domain.animals.detections import Box, Detection
from domain.attempts.progress import PartialProgress, ProgressReporter
from domain.media.source import SourceMedia

if TYPE_CHECKING:
    from torch import Tensor
    from ultralytics.engine.results import Results
    from ultralytics.models import YOLO

_EVERY_SECOND = Sampling()
_READING_SHARE = 0.98  # the last batch is processed after all frames have been read


class FrameSource(Protocol):
    """Reader of sampled frames, in order of time, that advances `progress`."""

    def read(
        self,
        source_path: Path,
        media: SourceMedia,
        sampling: Sampling,
        width: int,
        height: int,
        progress: ProgressReporter,
    ) -> Generator[Frame, None, None]: ...


class YoloDetector:
    """Animal detector on ultralytics; the model is loaded at its first use and shared by all threads."""

    def __init__(
        self, settings: VisionSettings, frames: FrameSource, sampling: Sampling = _EVERY_SECOND
    ) -> None:
        self._settings = settings
        self._frames = frames
        self._sampling = sampling
        self._model = LoadedOnce(partial(load_yolo, settings))

    @property
    def model_name(self) -> str:
        """Name of the model for a report."""
        return Path(self._settings.model).name

    def prepare(self) -> None:
        """Load the model now, so that a missing one is reported before the first task."""
        class_ids(self._model.get(), self._settings.labels)

    def detect(
        self, source_path: Path, media: SourceMedia, progress: ProgressReporter
    ) -> tuple[list[Detection], int]:
        """Detections in order of time, and the number of frames processed."""
        # The first load may be a download.
        model = run_blocking(self._model.get, progress)
        labels = class_ids(model, self._settings.labels)
        side = self._settings.image_size
        detections: list[Detection] = []
        frame_count = 0
        reading = PartialProgress(progress, 0.0, _READING_SHARE)
        with closing(self._frames.read(source_path, media, self._sampling, side, side, reading)) as frames:
            while batch := list(islice(frames, self._settings.batch_size)):
                call = partial(_detect, model, batch, labels, self._settings)
                detections.extend(run_with_stall_limit(call, progress, self._settings.stall_limit_s))
                frame_count += len(batch)
        progress.advance(1.0)
        return detections, frame_count


def _detect(
    model: YOLO, frames: Sequence[Frame], labels: dict[int, str], settings: VisionSettings
) -> list[Detection]:
    results = model.predict(
        [_picture(frame) for frame in frames],
        imgsz=settings.image_size,
        conf=settings.confidence,
        classes=sorted(labels),
        device=settings.device,
        half=settings.device == "cuda",
        # Of two labels for the same box, only the one with the higher confidence stays.
        agnostic_nms=True,
        save=False,
        verbose=False,
    )
    return [
        Detection(labels[int(number)], float(confidence), frame.time_us, _box(corners))
        for frame, result in zip(frames, results, strict=True)
        for number, confidence, corners in _boxes(result)
    ]


def _boxes(result: Results | Tensor) -> Iterable[tuple[float, float, list[float]]]:
    """Class, confidence and corners of each box."""
    boxes = cast("Results", result).boxes
    return (
        ()
        if boxes is None
        else zip(boxes.cls.tolist(), boxes.conf.tolist(), boxes.xyxyn.tolist(), strict=True)
    )


def _picture(frame: Frame) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Array of height, width and colours in OpenCV's order: blue, green, red."""
    rgb = np.frombuffer(frame.rgb, dtype=np.uint8).reshape(frame.height, frame.width, 3)
    return np.ascontiguousarray(rgb[..., ::-1])


def _box(corners: Sequence[float]) -> Box:
    left, top, right, bottom = (min(max(corner, 0.0), 1.0) for corner in corners)
    return Box(left, top, right, bottom)
