"""In which order a stack's state is copied, so that what is restored fits together."""

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

# They alone remove objects that a task needs: while they are away Temporal's state and the objects agree.
_WORKERS = ("worker_cpu", "worker_gpu")
_FOLDERS = ("s3", "object-metadata")
_DATABASES = ("temporal.db", "catalogue.db")


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, so that a restore can tell whether it is whole."""

    taken_at: str
    databases: dict[str, str]
    objects: Copied


def back_up(stack: Stack, backups_path: Path, report: Report) -> Path:
    """The folder of a new backup. A running stack goes on; its workers are away for the last changes only.

    Temporal's state is copied before the catalogue, and that before the last of the objects: an upload of
    that moment is a row without a task, which the API starts, or an object without a row, which the sweep
    removes.
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
        begun = time.monotonic()
        databases = {
            name: copy_database(data_path / name, unfinished / name)
            for name in _DATABASES
            if (data_path / name).exists()
        }
        for name in _FOLDERS:
            copy_changed(data_path / name, unfinished / name)
        report(f"Copied what had changed in {time.monotonic() - begun:.1f} s.")
    shutil.copy2(data_path / "secrets.json", unfinished / "secrets.json")
    taken_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = Manifest(taken_at, databases, measure(unfinished / "s3"))
    (unfinished / "backup.json").write_text(json.dumps(asdict(manifest), indent=2))
    return manifest


def restore(settings: StackSettings, backup_path: Path, report: Report) -> None:
    """Put a backup in place of nothing: neither a stack that runs nor what one has left is overwritten."""
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
    report(f"Restored into {data_path}: `make up` starts it, and running tasks go on.")


def read_manifest(backup_path: Path) -> Manifest:
    """Raises `BackupUnusable` unless everything is there that was written."""
    try:
        read = json.loads((backup_path / "backup.json").read_text())
        manifest = Manifest(read["taken_at"], read["databases"], Copied(**read["objects"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupUnusable(f"{backup_path} is no finished backup: {error}") from error
    if measure(backup_path / "s3") != manifest.objects:
        raise BackupUnusable(f"{backup_path} has lost objects, or got others, since it was made.")
    for name, digest in manifest.databases.items():
        if not (backup_path / name).exists() or sha256_of(backup_path / name) != digest:
            raise BackupUnusable(f"{backup_path / name} is not the database that was backed up.")
    return manifest


def _require_empty(settings: StackSettings) -> None:
    data_path = settings.data_path
    if (data_path / "secrets.json").exists() and marked_processes(ensure_secrets(settings).mark):
        raise RestoreRefused(f"The product in {data_path} runs: `make down` stops it.")
    kept = [name for name in (*_DATABASES, "secrets.json") if (data_path / name).exists()]
    kept += [name for name in _FOLDERS if any((data_path / name).glob("*"))]
    if kept:
        raise RestoreRefused(
            f"{data_path} holds state ({', '.join(kept)}): move that folder away first, such as by "
            f"`mv {data_path} {data_path}.before`."
        )


@contextmanager
def _without_workers(stack: Stack, report: Report) -> Iterator[None]:
    """Running activities hand their work over and go on afterwards from their checkpoints."""
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
