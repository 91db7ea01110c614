"""Backup and restore of a stack's state, copied in an order that keeps it consistent."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from local.backup_files import Copied, copy_changed, copy_database, measure, require_sound, sha256_of
from local.faults import BackupUnusable, RestoreRefused
from local.leftovers import marked_processes
from local.settings import StackSettings, ensure_secrets, renew_mark
from local.stack import Stack

Report = Callable[[str], None]

# Only workers remove objects that a task needs: while they are stopped, Temporal and the objects agree.
_WORKERS = ("worker_cpu", "worker_gpu")
_FOLDERS = ("s3", "object-metadata")
_DATABASES = ("temporal.db", "catalogue.db")


@dataclass(frozen=True)
class Manifest:
    """Contents of a backup, by which a restore checks that it is complete."""

    taken_at: str
    databases: dict[str, str]
    objects: Copied


def back_up(stack: Stack, backups_path: Path, report: Report) -> Path:
    """Make a backup and return its folder. A running stack stays up; its workers stop for the last changes.

    Temporal's state is copied before the catalogue, and the catalogue before the last objects. An upload
    during the copy is then a row without a task, which the API starts, or an object without a row, which
    the sweep removes.
    """
    data_path = stack.settings.data_path
    if not any((data_path / name).exists() for name in _DATABASES):
        raise BackupUnusable(f"{data_path} holds no state: there is nothing to back up.")
    target = backups_path / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    unfinished = target.with_suffix(".unfinished")
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        manifest = _copy(stack, unfinished, report)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    report(f"Backed up {manifest.objects.files} files of {manifest.objects.size_bytes:,} bytes: {target}")
    return target


def _copy(stack: Stack, unfinished: Path, report: Report) -> Manifest:
    data_path = stack.settings.data_path
    report("Copying the objects …")
    for name in _FOLDERS:
        copy_changed(data_path / name, unfinished / name)
    with _without_workers(stack, report):
        started_s = time.monotonic()
        databases = {
            name: copy_database(data_path / name, unfinished / name)
            for name in _DATABASES
            if (data_path / name).exists()
        }
        for name in _FOLDERS:
            copy_changed(data_path / name, unfinished / name)
        report(f"Copied what had changed in {time.monotonic() - started_s:.1f} s.")
    shutil.copy2(data_path / "secrets.json", unfinished / "secrets.json")
    taken_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = Manifest(taken_at, databases, measure(unfinished / "s3"))
    (unfinished / "backup.json").write_text(json.dumps(asdict(manifest), indent=2))
    return manifest


def restore(settings: StackSettings, backup_path: Path, report: Report) -> None:
    """Restore a backup. A running stack or existing state is never overwritten."""
    manifest = read_manifest(backup_path)
    _require_empty(settings)
    data_path = settings.data_path
    data_path.mkdir(parents=True, exist_ok=True)
    report(f"Restoring the state of {manifest.taken_at} …")
    for name in _FOLDERS:
        copy_changed(backup_path / name, data_path / name)
    for name, digest in manifest.databases.items():
        require_sound(backup_path / name, digest)
        shutil.copy2(backup_path / name, data_path / name)
    shutil.copy2(backup_path / "secrets.json", data_path / "secrets.json")
    renew_mark(settings)
    report(f"Restored into {data_path}: `make up` starts it, and running tasks continue.")


def read_manifest(backup_path: Path) -> Manifest:
    """Read a backup's manifest. Raises `BackupUnusable` when the backup is not complete."""
    try:
        document = json.loads((backup_path / "backup.json").read_text())
        manifest = Manifest(document["taken_at"], document["databases"], Copied(**document["objects"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupUnusable(f"{backup_path} is no finished backup: {error}") from error
    if measure(backup_path / "s3") != manifest.objects:
        raise BackupUnusable(f"{backup_path} has lost objects, or has others than when it was made.")
    for name, digest in manifest.databases.items():
        if not (backup_path / name).exists() or sha256_of(backup_path / name) != digest:
            raise BackupUnusable(f"{backup_path / name} is not the database that was backed up.")
    return manifest


def _require_empty(settings: StackSettings) -> None:
    data_path = settings.data_path
    if (data_path / "secrets.json").exists() and marked_processes(ensure_secrets(settings).mark):
        raise RestoreRefused(f"The product in {data_path} runs: `make down` stops it.")
    found = [name for name in (*_DATABASES, "secrets.json") if (data_path / name).exists()]
    found += [name for name in _FOLDERS if any((data_path / name).glob("*"))]
    if found:
        raise RestoreRefused(
            f"{data_path} holds state ({', '.join(found)}): move that folder away first, such as by "
            f"`mv {data_path} {data_path}.before`."
        )


@contextmanager
def _without_workers(stack: Stack, report: Report) -> Iterator[None]:
    """Workers are stopped inside the block; their activities continue afterwards from their checkpoints."""
    stopped = [name for name in _WORKERS if stack.status(name).state.alive]
    if stopped:
        report(f"Stopping {' and '.join(stopped)} for the last changes …")
    try:
        for name in stopped:
            stack.stop(name)
        yield
    finally:
        for name in stopped:
            stack.start(name)
