"""Animal detections on sampled frames, and their summary for each label."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in fractions of the displayed picture, 0 to 1, from the top left."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Detection:
    """One animal on one frame. `label` is COCO's English name, `time_us` the frame's own time."""

    label: str
    confidence: float
    time_us: int
    box: Box


@dataclass(frozen=True)
class Span:
    """A stretch of time in which a label was detected without a long gap."""

    start_us: int
    end_us: int


@dataclass(frozen=True)
class Sighting:
    """One label over the whole video. `count` is the number of frames with a detection,
    `most_at_once` the highest number on one frame; the best frame has the highest confidence."""

    label: str
    confidence: float
    first_us: int
    last_us: int
    count: int
    most_at_once: int
    best_time_us: int
    best_box: Box
    spans: tuple[Span, ...] = ()
