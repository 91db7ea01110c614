"""Collector of the snapshot: reads catalogue, Temporal, store, processes and scratch files."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

import psutil
from temporalio.client import WorkflowExecutionStatus

from tests.chaos.system import System
from tests.chaos.verification.snapshot import Row, Run, Snapshot

_SOURCES = "videos/original/"
# Folder in which a worker caches sources for further chunks, and the size of the cache.
_KEPT_SOURCES, _MOST_SOURCES = "sources", 2
# Events that end a history.
_END_MARK = "WORKFLOW_EXECUTION_"
_ENDS = ("COMPLETED", "FAILED", "TIMED_OUT", "CANCELED", "TERMINATED", "CONTINUED_AS_NEW")


def take_snapshot(system: System, task_ids: Collection[str]) -> Snapshot:
    """Read everything; histories and bytes only of the tasks in `task_ids`."""
    rows = catalogue_rows(system)
    objects, open_uploads = _stored(system)
    wanted = {key for row in rows if row.task_id in task_ids for key in row.files.values()}
    return Snapshot(
        rows=rows,
        runs=system.background.run(_runs(system, task_ids)),
        objects=frozenset(objects),
        open_uploads=tuple(open_uploads),
        digests={key: _digest(system, key) for key in wanted if key in objects},
        media_processes=media_processes(system),
        scratch_files=tuple(left_in_scratch(system.scratch_path, _pids(system))),
    )


def catalogue_rows(system: System) -> tuple[Row, ...]:
    """Rows, read by SQL rather than by the product's code."""
    query = "select task_id, idempotency_key, status, source_key, fault_code, state from videos"
    connection = sqlite3.connect(system.catalogue_path, timeout=30)
    try:
        found = connection.execute(query).fetchall()
    finally:
        connection.close()
    return tuple(
        Row(task_id, key or "", status, source, fault, dict(_state(state)["outcome"].get("files") or {}))
        for task_id, key, status, source, fault, state in found
    )


def _state(text: str) -> dict[str, Any]:
    return dict(json.loads(text))


async def _runs(system: System, task_ids: Collection[str]) -> tuple[Run, ...]:
    runs = []
    async for found in system.temporal.list_workflows("WorkflowType = 'VideoPipeline'"):
        status, ends = found.status or WorkflowExecutionStatus.RUNNING, 0
        if found.id in task_ids:
            # The list may be out of date; the description of a run is not.
            handle = system.temporal.get_workflow_handle(found.id, run_id=found.run_id)
            status = (await handle.describe()).status or WorkflowExecutionStatus.RUNNING
            async for event in handle.fetch_history_events():
                ends += _is_end(event.WhichOneof("attributes") or "")
        runs.append(Run(found.id, found.run_id, status.name, ends))
    return tuple(runs)


def _is_end(attributes: str) -> bool:
    # Such as `workflow_execution_completed_event_attributes`.
    return any(attributes.upper() == f"{_END_MARK}{end}_EVENT_ATTRIBUTES" for end in _ENDS)


def _stored(system: System) -> tuple[set[str], list[str]]:
    objects = {str(found.object_name) for found in system.store.list_objects(system.bucket, recursive=True)}
    page = system.store._list_multipart_uploads(system.bucket)
    return objects, [upload.object_name for upload in page.uploads]


def sweep_uploads(system: System) -> list[str]:
    """Abort abandoned multipart uploads, as the sweep by age does a day later."""
    uploads = system.store._list_multipart_uploads(system.bucket).uploads
    begun = [upload for upload in uploads if upload.object_name.startswith(_SOURCES)]
    for upload in begun:
        system.store._abort_multipart_upload(system.bucket, upload.object_name, upload.upload_id or "")
    return [upload.object_name for upload in begun]


def _digest(system: System, key: str) -> str:
    answer = system.store.get_object(system.bucket, key)
    try:
        digest = hashlib.sha256()
        for piece in answer.stream(1024 * 1024):
            digest.update(piece)
        return digest.hexdigest()
    finally:
        answer.close()
        answer.release_conn()


def media_processes(system: System) -> tuple[str, ...]:
    """Processes that use the scratch folder, whatever their parents are by now."""
    own = {process.pid for name in system.workers() for process in system.family(name)[:1]}
    found = []
    for process in psutil.process_iter():
        try:
            places = (process.cwd(), *process.cmdline())
            if process.pid not in own and any(str(system.scratch_path) in place for place in places):
                found.append(f"{process.pid} {process.status()} {' '.join(process.cmdline())}")
        except (psutil.Error, OSError):
            continue  # it has ended meanwhile
    return tuple(found)


def _pids(system: System) -> set[int | None]:
    return {status.pid for status in system.stack.statuses().values()}


def left_in_scratch(scratch_path: Path, worker_pids: Collection[int | None]) -> list[str]:
    """Paths besides the expected ones: the queues' folders, in them those of running workers, and the
    sources that each of them may cache."""
    left: list[Path] = []
    kept = Counter[Path]()
    owners = {str(pid) for pid in worker_pids}
    for path in sorted(scratch_path.rglob("*")):
        parts = path.relative_to(scratch_path).parts
        kept[path.parent] += len(parts) == 4 and parts[2] == _KEPT_SOURCES
        match len(parts):
            case 1:
                expected = path.is_dir()
            case 2:
                expected = parts[1].partition("-")[0] in owners
            case 3:
                expected = parts[2] == _KEPT_SOURCES
            case _:
                expected = 0 < kept[path.parent] <= _MOST_SOURCES
        if not expected:
            left.append(path.relative_to(scratch_path))
    return [str(path) for path in left]
