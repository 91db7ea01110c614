"""The checker accepts a correct end state and reports every kind of violation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.verification.checker import check
from tests.chaos.verification.journal import Event, Journal
from tests.chaos.verification.snapshot import Promise, Row, Run, Snapshot

TASK, KEY = "task-1", "upload-1"
FINAL, SOURCE = "videos/transcoded/v/task-1/final.mp4", "videos/original/v/source"
ROW = Row(TASK, KEY, "completed", SOURCE, files={"final.mp4": FINAL})
RUN = Run(TASK, "run-1", "COMPLETED", end_events=1)
GOOD = Snapshot(rows=(ROW,), runs=(RUN,), objects=frozenset({FINAL, SOURCE}), digests={FINAL: "aa"})
PROMISE = Promise(outputs={"clip": {"final.mp4": "aa"}})
EVENTS = [
    Event(0.0, "sent", {"key": KEY, "job": "clip"}),
    Event(1.0, "unanswered", {"key": KEY, "error": "cut"}),
    Event(2.0, "answered", {"key": KEY, "http": 202, "task_id": TASK}),
    Event(3.0, "asked", {"task_id": TASK, "http": 200, "status": "running"}),
    Event(4.0, "asked", {"task_id": TASK, "http": 200, "status": "completed"}),
]


def rules(found: Snapshot, events: list[Event] = EVENTS, promise: Promise = PROMISE) -> set[str]:
    return {violation.rule for violation in check(events, found, promise)}


def test_a_task_that_ended_once_and_left_nothing_has_no_violation() -> None:
    assert check(EVENTS, GOOD, PROMISE) == []


def test_a_failure_with_a_reason_is_allowed_where_the_failpoint_allows_failing() -> None:
    failed = replace(
        GOOD,
        rows=(replace(ROW, status="failed", fault_code="ScratchFull", files={}),),
        runs=(replace(RUN, status="FAILED"),),
        objects=frozenset({SOURCE}),
    )

    asked_in_time = EVENTS[:4]

    assert rules(failed, asked_in_time, replace(PROMISE, endings=frozenset({"failed"}))) == set()
    assert rules(failed, asked_in_time) == {"ending"}
    assert rules(failed, EVENTS, replace(PROMISE, endings=frozenset({"failed"}))) == {"disagreement"}


def test_cached_chunks_are_not_left_over_objects() -> None:
    assert rules(replace(GOOD, objects=GOOD.objects | {"kept/chunks/aa/bb/0-1.mp4"})) == set()


WRONG = {
    "lost": [
        replace(GOOD, rows=(), objects=frozenset()),
        replace(GOOD, runs=()),
        replace(GOOD, rows=(replace(ROW, status="running"),), runs=(replace(RUN, status="RUNNING"),)),
    ],
    "double": [
        replace(GOOD, runs=(RUN, replace(RUN, run_id="run-2"))),
        replace(GOOD, runs=(replace(RUN, end_events=2),)),
        replace(
            GOOD,
            rows=(ROW, Row("task-2", KEY, "completed", SOURCE)),
            runs=(RUN, replace(RUN, task_id="task-2")),
        ),
    ],
    "reason": [replace(GOOD, rows=(replace(ROW, status="failed"),), runs=(replace(RUN, status="FAILED"),))],
    "output": [
        replace(GOOD, digests={FINAL: "bb"}),
        replace(GOOD, digests={}),
        replace(GOOD, rows=(replace(ROW, files={}),), objects=frozenset({SOURCE})),
    ],
    "disagreement": [
        replace(GOOD, runs=(replace(RUN, status="FAILED"),)),
        replace(GOOD, runs=(RUN, Run("task-9", "run-9", "COMPLETED", 1))),
        replace(GOOD, rows=(ROW, Row("task-9", "other", "queued", SOURCE))),
        replace(GOOD, objects=frozenset({SOURCE})),
    ],
    "left object": [replace(GOOD, objects=GOOD.objects | {"videos/original/other/source"})],
    "left temp object": [replace(GOOD, objects=GOOD.objects | {"temp/task-1/merger.1/1/final.mp4"})],
    "left upload": [replace(GOOD, open_uploads=("videos/original/w/source",))],
    "left process": [replace(GOOD, media_processes=("ffmpeg -i file:source",))],
    "left scratch file": [replace(GOOD, scratch_files=("video-pipeline-cpu/1-1/task-1/picture.mp4",))],
}


@pytest.mark.parametrize("rule", WRONG)
def test_every_kind_of_violation_is_reported(rule: str) -> None:
    for found in WRONG[rule]:
        assert rule in rules(found), found


def test_a_status_that_changes_after_the_end_is_a_second_end() -> None:
    again = Event(5.0, "asked", {"task_id": TASK, "http": 200, "status": "running"})

    assert rules(GOOD, [*EVENTS, again]) == {"double"}


def test_a_status_that_was_answered_with_an_error_is_a_violation() -> None:
    refused = Event(2.5, "asked", {"task_id": TASK, "http": 503, "status": "CatalogueUnavailable"})

    assert rules(GOOD, [*EVENTS[:3], refused, *EVENTS[3:]]) == {"status"}


def test_one_upload_that_was_answered_with_two_tasks_is_double() -> None:
    other = Event(2.1, "answered", {"key": KEY, "http": 202, "task_id": "task-2"})

    assert "double" in rules(GOOD, [*EVENTS, other])


def test_a_journal_returns_its_events_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.note("sent", key=KEY, job="clip")
    journal.note("struck", process="api")

    assert [(event.kind, event.facts) for event in journal.events()] == [
        ("sent", {"key": "upload-1", "job": "clip"}),
        ("struck", {"process": "api"}),
    ]
