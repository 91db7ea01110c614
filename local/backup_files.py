"""Consistent copies of files and SQLite databases that may be in use."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from local.faults import BackupUnusable


@dataclass(frozen=True)
class Copied:
    files: int
    size_bytes: int


def copy_changed(source: Path, target: Path) -> None:
    """Make `target` equal to `source`, with times and extended attributes, in which the object store
    keeps types and digests. A file that disappears while it is copied is left out."""
    target.mkdir(parents=True, exist_ok=True)
    names = {entry.name for entry in os.scandir(source)} if source.exists() else set()
    for name in {entry.name for entry in os.scandir(target)} - names:
        _remove(target / name)
    for name in sorted(names):
        try:
            _copy(source / name, target / name)
        except FileNotFoundError:
            _remove(target / name)
    if source.exists():
        shutil.copystat(source, target)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        if target.exists() and not target.is_dir():
            target.unlink()
        copy_changed(source, target)
        return
    if target.is_dir():
        shutil.rmtree(target)
    if not _same(source, target):
        shutil.copy2(source, target)


def _same(source: Path, target: Path) -> bool:
    if not target.exists():
        return False
    theirs, ours = source.stat(), target.stat()
    same = (theirs.st_size, theirs.st_mtime_ns) == (ours.st_size, ours.st_mtime_ns)
    return same and _attributes(source) == _attributes(target)


def _attributes(path: Path) -> dict[str, bytes]:
    try:
        return {name: os.getxattr(path, name) for name in os.listxattr(path)}
    except OSError as error:
        if error.errno == errno.ENOTSUP:  # then the store keeps them in separate files
            return {}
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def copy_database(source: Path, target: Path) -> str:
    """Copy a consistent state by SQLite's backup, also while it is written; returns the copy's SHA-256."""
    reading = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)
    with closing(reading), closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")
    digest = sha256_of(target)
    require_sound(target, digest)
    return digest


def require_sound(path: Path, digest: str) -> None:
    if sha256_of(path) != digest:
        raise BackupUnusable(f"{path} is not the database that was backed up.")
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        raise BackupUnusable(f"{path} is damaged: {verdict}")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def measure(folder: Path) -> Copied:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Copied(len(sizes), sum(sizes))
