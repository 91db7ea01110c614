"""Sightings need two frames or one confident detection; their frames are joined into spans."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.animals.detections import Box, Detection, Span
from domain.animals.sightings import animal_report, sightings

BOX = Box(0.1, 0.2, 0.3, 0.4)
OTHER_BOX = Box(0.5, 0.5, 0.9, 0.9)


def detection(label: str, second: float, confidence: float = 0.6, box: Box = BOX) -> Detection:
    return Detection(label, confidence, round(second * 1_000_000), box)


def test_no_detections_give_no_sighting() -> None:
    assert sightings([]) == ()


def test_a_detection_on_one_frame_is_dropped() -> None:
    assert sightings([detection("cat", 3, 0.79)]) == ()


def test_two_boxes_on_one_frame_count_as_one_frame() -> None:
    assert sightings([detection("cat", 3), detection("cat", 3, box=OTHER_BOX)]) == ()


def test_one_confident_detection_is_a_sighting() -> None:
    (cat,) = sightings([detection("cat", 3, 0.8)])
    assert (cat.label, cat.count, cat.spans) == ("cat", 1, (Span(3_000_000, 3_000_000),))


def test_a_sighting_has_first_last_best_and_the_most_at_once() -> None:
    (dog,) = sightings(
        [
            detection("dog", 5),
            detection("dog", 2, 0.9, OTHER_BOX),
            detection("dog", 2, 0.5),
            detection("dog", 4),
        ]
    )
    assert (dog.first_us, dog.last_us) == (2_000_000, 5_000_000)
    assert (dog.count, dog.most_at_once) == (3, 2)
    assert (dog.confidence, dog.best_time_us, dog.best_box) == (0.9, 2_000_000, OTHER_BOX)


def test_a_gap_of_three_seconds_is_bridged_and_a_longer_one_is_not() -> None:
    (cow,) = sightings([detection("cow", second) for second in (1, 4, 7.1, 8)])
    assert cow.spans == (Span(1_000_000, 4_000_000), Span(7_100_000, 8_000_000))


def test_sightings_are_sorted_by_label() -> None:
    found = sightings([detection("zebra", 1, 0.9), detection("bear", 2, 0.9), detection("horse", 3, 0.9)])
    assert [sighting.label for sighting in found] == ["bear", "horse", "zebra"]


@given(
    st.lists(
        st.builds(
            detection,
            st.sampled_from(["cat", "dog"]),
            st.floats(0, 100, allow_nan=False),
            st.floats(0.3, 1),
        ),
        max_size=40,
    )
)
def test_spans_cover_every_detection_in_order_without_overlaps(detections: list[Detection]) -> None:
    for sighting in sightings(detections):
        times_us = [d.time_us for d in detections if d.label == sighting.label]
        assert all(
            any(span.start_us <= time_us <= span.end_us for span in sighting.spans) for time_us in times_us
        )
        assert all(after.start_us - before.end_us > 3_000_000 for before, after in pairwise(sighting.spans))
        assert (sighting.spans[0].start_us, sighting.spans[-1].end_us) == (
            sighting.first_us,
            sighting.last_us,
        )


def test_the_report_has_times_in_seconds_and_microseconds() -> None:
    found = sightings([detection("cat", 1.04, 0.91234), detection("cat", 2.08, 0.5)])
    report = animal_report(found, frames_examined=20, model="animals.pt")
    assert json.loads(json.dumps(report)) == {
        "labels": ["cat"],
        "frames_examined": 20,
        "model": "animals.pt",
        "animals": [
            {
                "label": "cat",
                "confidence": 0.9123,
                "first_seen_s": 1.04,
                "first_seen_us": 1_040_000,
                "last_seen_s": 2.08,
                "last_seen_us": 2_080_000,
                "sightings": 2,
                "most_at_once": 1,
                "best_frame": {
                    "time_s": 1.04,
                    "time_us": 1_040_000,
                    "box": {"left": 0.1, "top": 0.2, "right": 0.3, "bottom": 0.4},
                },
                "spans": [{"start_s": 1.04, "start_us": 1_040_000, "end_s": 2.08, "end_us": 2_080_000}],
            }
        ],
    }
