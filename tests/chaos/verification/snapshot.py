"""Final state of the product after a trial, as plain values for the checker."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """A video in the catalogue; `files` maps the downloads to their keys."""

    task_id: str
    upload_key: str
    status: str
    source_key: str
    fault_code: str | None = None
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One run of a workflow; `end_events` counts the events in its history that end it."""

    task_id: str
    run_id: str
    status: str
    end_events: int = 0


@dataclass(frozen=True)
class Snapshot:
    """State of catalogue, Temporal, store, processes and scratch files. `digests` has the SHA-256 of each
    published object of the trial's tasks, by key."""

    rows: tuple[Row, ...] = ()
    runs: tuple[Run, ...] = ()
    objects: frozenset[str] = frozenset()
    open_uploads: tuple[str, ...] = ()
    digests: dict[str, str] = field(default_factory=dict)
    media_processes: tuple[str, ...] = ()
    scratch_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Promise:
    """Allowed endings of a trial's tasks. `outputs` are the digests of a run without faults, by job and
    by download."""

    endings: frozenset[str] = frozenset({"completed"})
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
