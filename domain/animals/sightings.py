"""When single detections count as an animal that was there, and how they are told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from domain.animals.detections import Box, Detection, Sighting, Span

# Frames are about a second apart. One glimpse is believed only when the model is very sure.
_SURE_ALONE = 0.8
_FEWEST_FRAMES = 2
_LONGEST_GAP_US = 3_000_000


def sightings(detections: Sequence[Detection], longest_gap_us: int = _LONGEST_GAP_US) -> tuple[Sighting, ...]:
    """One sighting for each label that is believed, by name; spans are joined over short gaps."""
    by_label: defaultdict[str, list[Detection]] = defaultdict(list)
    for detection in sorted(detections, key=lambda detection: detection.time_us):
        by_label[detection.label].append(detection)
    return tuple(
        _sighting(label, seen, longest_gap_us) for label, seen in sorted(by_label.items()) if _believed(seen)
    )


def _believed(seen: Sequence[Detection]) -> bool:
    frames = {detection.time_us for detection in seen}
    return len(frames) >= _FEWEST_FRAMES or max(detection.confidence for detection in seen) >= _SURE_ALONE


def _sighting(label: str, seen: Sequence[Detection], longest_gap_us: int) -> Sighting:
    on_frame = Counter(detection.time_us for detection in seen)
    best = max(seen, key=lambda detection: detection.confidence)
    return Sighting(
        label=label,
        confidence=best.confidence,
        first_us=seen[0].time_us,
        last_us=seen[-1].time_us,
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
    """What `animals.json` holds: the labels, and for each of them where, when and how surely."""
    return {
        "labels": [sighting.label for sighting in found],
        "frames_examined": frames_examined,
        "model": model,
        "animals": [_told(sighting) for sighting in found],
    }


def _told(sighting: Sighting) -> dict[str, object]:
    return {
        "label": sighting.label,
        "confidence": round(sighting.confidence, 4),
        **_moment("first_seen", sighting.first_us),
        **_moment("last_seen", sighting.last_us),
        "sightings": sighting.count,
        "most_at_once": sighting.most_at_once,
        "best_frame": {**_moment("time", sighting.best_time_us), "box": _corners(sighting.best_box)},
        "spans": [
            {**_moment("start", span.start_us), **_moment("end", span.end_us)} for span in sighting.spans
        ],
    }


def _moment(name: str, time_us: int) -> dict[str, object]:
    return {f"{name}_s": round(time_us / 1_000_000, 3), f"{name}_us": time_us}


def _corners(box: Box) -> dict[str, float]:
    return {side: round(getattr(box, side), 4) for side in ("left", "top", "right", "bottom")}
