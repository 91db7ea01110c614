"""What is looked at when everything has come to rest, as plain values that a checker can judge."""

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
    """`digests` is the SHA-256 of each published object of the looked-at tasks, by key."""

    rows: tuple[Row, ...] = ()
    runs: tuple[Run, ...] = ()
    objects: frozenset[str] = frozenset()
    open_uploads: tuple[str, ...] = ()
    digests: dict[str, str] = field(default_factory=dict)
    media_processes: tuple[str, ...] = ()
    scratch_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Promise:
    """How the tasks of one trial may end. `outputs` are the digests of a run without faults, by the
    name of the job that was uploaded and then the name of the download."""

    endings: frozenset[str] = frozenset({"completed"})
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
