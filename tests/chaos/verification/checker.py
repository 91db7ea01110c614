"""Checker of a trial: a pure function of its journal and the final snapshot that returns violations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.chaos.verification.journal import Event
from tests.chaos.verification.snapshot import Promise, Row, Run, Snapshot

# Cached chunks and transcripts, which later tasks may use; they belong to no row.
CACHE_PREFIX = "kept/"
ENDED = frozenset({"completed", "failed", "cancelled"})
# The product's names of Temporal's run states.
_AS_TASK = {"COMPLETED": "completed", "FAILED": "failed", "CANCELED": "cancelled", "RUNNING": "running"}


@dataclass(frozen=True)
class Violation:
    """A broken promise: `rule` is its kind, `subject` a task, key, path or process."""

    rule: str
    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}: {self.what}"


@dataclass(frozen=True)
class _Trial:
    job_of_key: dict[str, str]
    key_of_task: dict[str, str]
    statuses: dict[str, list[tuple[int, str]]]

    @classmethod
    def of(cls, events: Sequence[Event]) -> _Trial:
        jobs, keys = {}, {}
        statuses: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for event in events:
            facts = event.facts
            if event.kind == "sent":
                jobs[facts["key"]] = facts["job"]
            elif event.kind == "answered" and facts["http"] == 202:
                keys[facts["task_id"]] = facts["key"]
            elif event.kind == "asked":
                statuses[facts["task_id"]].append((facts["http"], facts["status"]))
        return cls(jobs, keys, statuses)


def check(events: Sequence[Event], found: Snapshot, promise: Promise) -> list[Violation]:
    """All violations; an empty list means that nothing was lost, doubled or left over."""
    trial = _Trial.of(events)
    rows = {row.task_id: row for row in found.rows}
    runs: dict[str, list[Run]] = defaultdict(list)
    for run in found.runs:
        runs[run.task_id].append(run)
    wrong: list[Violation] = []
    for task_id, key in trial.key_of_task.items():
        row = rows.get(task_id)
        wrong += _ended_once(task_id, row, runs[task_id], promise)
        wrong += _stayed_ended(task_id, trial.statuses[task_id], row)
        if row is not None and row.status == "completed":
            wrong += _same_outputs(row, found, promise.outputs.get(trial.job_of_key[key], {}))
    wrong += _one_task_a_key(found.rows, trial)
    wrong += _orphans(rows, runs)
    wrong += _objects_of_rows(found)
    wrong += _leftovers(found)
    return wrong


def _ended_once(task_id: str, row: Row | None, runs: list[Run], promise: Promise) -> Iterator[Violation]:
    if row is None:
        yield Violation("lost", task_id, "it was accepted, and the catalogue has no row of it")
    elif row.status not in ENDED:
        yield Violation("lost", task_id, f"it was accepted, and its row says {row.status}")
    elif row.status not in promise.endings:
        yield Violation("ending", task_id, f"it ended as {row.status} ({row.fault_code})")
    if row is not None and row.status == "failed" and not row.fault_code:
        yield Violation("reason", task_id, "it failed, and the row has no reason")
    if not runs:
        yield Violation("lost", task_id, "it was accepted, and Temporal has no run of it")
    if len(runs) > 1:
        yield Violation("double", task_id, f"it ran {len(runs)} times")
    for run in runs:
        state = _AS_TASK.get(run.status, run.status)
        if state in ENDED and run.end_events != 1:
            yield Violation("double", task_id, f"its history ends {run.end_events} times")
        if row is not None and row.status != state:
            yield Violation("disagreement", task_id, f"the row says {row.status}, Temporal {run.status}")


def _stayed_ended(task_id: str, answers: list[tuple[int, str]], row: Row | None) -> Iterator[Violation]:
    ending = ""
    for http, status in answers:
        if http != 200:
            yield Violation("status", task_id, f"its status was answered with {http} ({status})")
        elif ending and status != ending:
            yield Violation("double", task_id, f"it was {ending}, and then {status}")
        elif status in ENDED:
            ending = status
    if ending and row is not None and row.status != ending:
        yield Violation("disagreement", task_id, f"the row says {row.status}, the API said {ending}")


def _same_outputs(row: Row, found: Snapshot, wanted: dict[str, str]) -> Iterator[Violation]:
    if set(row.files) != set(wanted):
        yield Violation("output", row.task_id, f"it has {sorted(row.files)}, not {sorted(wanted)}")
    for name, key in row.files.items():
        digest = found.digests.get(key)
        if name in wanted and digest != wanted[name]:
            what = "is missing" if digest is None else "differs from a run without faults"
            yield Violation("output", row.task_id, f"{name} {what}")


def _one_task_a_key(rows: Sequence[Row], trial: _Trial) -> Iterator[Violation]:
    tasks: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        tasks[row.upload_key].add(row.task_id)
    for task_id, key in trial.key_of_task.items():
        tasks[key].add(task_id)
    for key in trial.job_of_key:
        if len(tasks[key]) > 1:
            yield Violation("double", key, f"one upload became the tasks {sorted(tasks[key])}")


def _orphans(rows: dict[str, Row], runs: dict[str, list[Run]]) -> Iterator[Violation]:
    for task_id, its_runs in runs.items():
        if task_id not in rows and its_runs:
            yield Violation("disagreement", task_id, "Temporal runs it, and the catalogue has no row of it")
    for task_id, row in rows.items():
        if not runs[task_id]:
            yield Violation("disagreement", task_id, f"the row says {row.status}, and Temporal never ran it")


def _objects_of_rows(found: Snapshot) -> Iterator[Violation]:
    owned = {row.source_key for row in found.rows} | {key for row in found.rows for key in row.files.values()}
    for row in found.rows:
        for key in (row.source_key, *row.files.values()):
            if key not in found.objects:
                yield Violation("disagreement", row.task_id, f"the row names {key}, which does not exist")
    for key in sorted(found.objects - owned):
        if not key.startswith((CACHE_PREFIX, "temp/")):
            yield Violation("left object", key, "no row names it")


def _leftovers(found: Snapshot) -> Iterator[Violation]:
    for key in sorted(found.objects):
        if key.startswith("temp/"):
            yield Violation("left temp object", key, "its task has ended")
    for key in found.open_uploads:
        yield Violation("left upload", key, "it was neither completed nor aborted")
    for command in found.media_processes:
        yield Violation("left process", command[:120], "its task has ended")
    for path in found.scratch_files:
        yield Violation("left scratch file", path, "its attempt has ended")
