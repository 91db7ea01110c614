"""Looks at everything that a trial may have changed: catalogue, Temporal, store, processes, scratch files."""

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

from tests.chaos.judgement.evidence import Row, Run, Snapshot
from tests.chaos.world import World

_SOURCES = "videos/original/"
# Where a worker keeps the last sources for the next chunks of them, and how many.
_KEPT_SOURCES, _MOST_SOURCES = "sources", 2
# Events of a history after which it can't go on.
_END_MARK = "WORKFLOW_EXECUTION_"
_ENDS = ("COMPLETED", "FAILED", "TIMED_OUT", "CANCELED", "TERMINATED", "CONTINUED_AS_NEW")


def look(world: World, task_ids: Collection[str]) -> Snapshot:
    """All of it; the histories and the bytes only of the tasks that are named."""
    rows = catalogue_rows(world)
    objects, open_uploads = _stored(world)
    wanted = {key for row in rows if row.task_id in task_ids for key in row.files.values()}
    return Snapshot(
        rows=rows,
        runs=world.background.run(_runs(world, task_ids)),
        objects=frozenset(objects),
        open_uploads=tuple(open_uploads),
        digests={key: _digest(world, key) for key in wanted if key in objects},
        media_processes=media_processes(world),
        scratch_files=tuple(left_in_scratch(world.scratch_path, _pids(world))),
    )


def catalogue_rows(world: World) -> tuple[Row, ...]:
    """Read past the product's own code."""
    query = "select task_id, idempotency_key, status, source_key, fault_code, state from videos"
    connection = sqlite3.connect(world.catalogue_path, timeout=30)
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


async def _runs(world: World, task_ids: Collection[str]) -> tuple[Run, ...]:
    runs = []
    async for found in world.temporal.list_workflows("WorkflowType = 'VideoPipeline'"):
        status, ends = found.status or WorkflowExecutionStatus.RUNNING, 0
        if found.id in task_ids:
            # The list may lag behind; a run itself does not.
            handle = world.temporal.get_workflow_handle(found.id, run_id=found.run_id)
            status = (await handle.describe()).status or WorkflowExecutionStatus.RUNNING
            async for event in handle.fetch_history_events():
                ends += _is_end(event.WhichOneof("attributes") or "")
        runs.append(Run(found.id, found.run_id, status.name, ends))
    return tuple(runs)


def _is_end(attributes: str) -> bool:
    # Such as `workflow_execution_completed_event_attributes`.
    return any(attributes.upper() == f"{_END_MARK}{end}_EVENT_ATTRIBUTES" for end in _ENDS)


def _stored(world: World) -> tuple[set[str], list[str]]:
    objects = {str(found.object_name) for found in world.store.list_objects(world.bucket, recursive=True)}
    page = world.store._list_multipart_uploads(world.bucket)
    return objects, [upload.object_name for upload in page.uploads]


def sweep_uploads(world: World) -> list[str]:
    """Do at once what the sweep by age does a day later: drop the uploads that nobody ends any more."""
    uploads = world.store._list_multipart_uploads(world.bucket).uploads
    begun = [upload for upload in uploads if upload.object_name.startswith(_SOURCES)]
    for upload in begun:
        world.store._abort_multipart_upload(world.bucket, upload.object_name, upload.upload_id or "")
    return [upload.object_name for upload in begun]


def _digest(world: World, key: str) -> str:
    answer = world.store.get_object(world.bucket, key)
    try:
        digest = hashlib.sha256()
        for piece in answer.stream(1024 * 1024):
            digest.update(piece)
        return digest.hexdigest()
    finally:
        answer.close()
        answer.release_conn()


def media_processes(world: World) -> tuple[str, ...]:
    """Processes that work in the scratch folder, whoever their parents are by now."""
    own = {process.pid for name in world.workers() for process in world.family(name)[:1]}
    found = []
    for process in psutil.process_iter():
        try:
            places = (process.cwd(), *process.cmdline())
            if process.pid not in own and any(str(world.scratch_path) in place for place in places):
                found.append(f"{process.pid} {process.status()} {' '.join(process.cmdline())}")
        except (psutil.Error, OSError):
            continue  # it has ended meanwhile
    return tuple(found)


def _pids(world: World) -> set[int | None]:
    return {status.pid for status in world.stack.statuses().values()}


def left_in_scratch(scratch_path: Path, worker_pids: Collection[int | None]) -> list[str]:
    """Everything but the folders of the queues, in them those of the worker processes that live, and the
    sources that each of them may keep."""
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
