"""Sightings: groups detections by label, drops weak ones, and builds `animals.json`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from domain.animals.detections import Box, Detection, Sighting, Span

# Frames are about a second apart. A label on a single frame needs a high confidence.
_SINGLE_FRAME_CONFIDENCE = 0.8
_MIN_FRAMES = 2
_LONGEST_GAP_US = 3_000_000


def sightings(detections: Sequence[Detection], longest_gap_us: int = _LONGEST_GAP_US) -> tuple[Sighting, ...]:
    """One sighting for each credible label, sorted by label; spans are joined over short gaps."""
    by_label: defaultdict[str, list[Detection]] = defaultdict(list)
    for detection in sorted(detections, key=lambda detection: detection.time_us):
        by_label[detection.label].append(detection)
    return tuple(
        _sighting(label, of_label, longest_gap_us)
        for label, of_label in sorted(by_label.items())
        if _is_credible(of_label)
    )


def _is_credible(detections: Sequence[Detection]) -> bool:
    frames = {detection.time_us for detection in detections}
    best = max(detection.confidence for detection in detections)
    return len(frames) >= _MIN_FRAMES or best >= _SINGLE_FRAME_CONFIDENCE


def _sighting(label: str, detections: Sequence[Detection], longest_gap_us: int) -> Sighting:
    on_frame = Counter(detection.time_us for detection in detections)
    best = max(detections, key=lambda detection: detection.confidence)
    return Sighting(
        label=label,
        confidence=best.confidence,
        first_us=detections[0].time_us,
        last_us=detections[-1].time_us,
        count=len(on_frame),
        most_at_once=max(on_frame.values()),
        best_time_us=best.time_us,
        best_box=best.box,
        spans=_spans(sorted(on_frame), longest_gap_us),
    )


def _spans(times_us: Sequence[int], longest_gap_us: int) -> tuple[Span, ...]:
    spans: list[Span] = []
    for time_us in times_us:
        if spans and time_us - spans[-1].end_us <= longest_gap_us:
            spans[-1] = Span(spans[-1].start_us, time_us)
        else:
            spans.append(Span(time_us, time_us))
    return tuple(spans)


def animal_report(found: Sequence[Sighting], frames_examined: int, model: str) -> dict[str, object]:
    """The content of `animals.json`: all labels, and the times, boxes and confidence of each."""
    return {
        "labels": [sighting.label for sighting in found],
        "frames_examined": frames_examined,
        "model": model,
        "animals": [_entry(sighting) for sighting in found],
    }


def _entry(sighting: Sighting) -> dict[str, object]:
    return {
        "label": sighting.label,
        "confidence": round(sighting.confidence, 4),
        **_time_fields("first_seen", sighting.first_us),
        **_time_fields("last_seen", sighting.last_us),
        "sightings": sighting.count,
        "most_at_once": sighting.most_at_once,
        "best_frame": {**_time_fields("time", sighting.best_time_us), "box": _corners(sighting.best_box)},
        "spans": [
            {**_time_fields("start", span.start_us), **_time_fields("end", span.end_us)}
            for span in sighting.spans
        ],
    }


def _time_fields(name: str, time_us: int) -> dict[str, object]:
    return {f"{name}_s": round(time_us / 1_000_000, 3), f"{name}_us": time_us}


def _corners(box: Box) -> dict[str, float]:
    return {side: round(getattr(box, side), 4) for side in ("left", "top", "right", "bottom")}
