"""Copies of files and databases in a backup."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from local.backup_files import Copied, copy_changed, copy_database, measure, require_sound
from local.faults import BackupUnusable


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_second_copy_adds_changed_files_and_drops_removed_ones(tmp_path: Path) -> None:
    source, target = tmp_path / "s3", tmp_path / "copy"
    written(source / "bucket" / "kept", "1")
    written(source / "bucket" / "changed", "22")
    written(source / "bucket" / "gone" / "below", "333")
    copy_changed(source, target)
    written(source / "bucket" / "changed", "twenty-two")
    written(source / "bucket" / "new", "4444")
    (source / "bucket" / "gone" / "below").unlink()
    (source / "bucket" / "gone").rmdir()

    copy_changed(source, target)

    found = {str(path.relative_to(target)): path.read_text() for path in target.rglob("*") if path.is_file()}
    assert found == {"bucket/kept": "1", "bucket/changed": "twenty-two", "bucket/new": "4444"}
    assert measure(target) == Copied(3, 15)


def test_extended_attributes_are_copied_too(tmp_path: Path) -> None:
    object_path = written(tmp_path / "s3" / "bucket" / "object", "1")
    try:
        os.setxattr(object_path, "user.digest", b"first")
    except OSError:
        pytest.skip("this file system keeps no attributes")
    os.setxattr(object_path.parent, "user.acl", b"owner")
    copy_changed(tmp_path / "s3", tmp_path / "copy")
    os.setxattr(object_path, "user.digest", b"second")

    copy_changed(tmp_path / "s3", tmp_path / "copy")

    assert os.getxattr(tmp_path / "copy" / "bucket" / "object", "user.digest") == b"second"
    assert os.getxattr(tmp_path / "copy" / "bucket", "user.acl") == b"owner"


def test_a_database_that_is_being_written_is_copied_at_its_last_commit(tmp_path: Path) -> None:
    writer = sqlite3.connect(tmp_path / "live.db", isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE rows (number INTEGER)")
    writer.execute("INSERT INTO rows VALUES (1)")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO rows VALUES (2)")

    copy_database(tmp_path / "live.db", tmp_path / "copy.db")

    writer.execute("ROLLBACK")
    writer.close()
    copied = sqlite3.connect(tmp_path / "copy.db")
    assert copied.execute("SELECT number FROM rows").fetchall() == [(1,)]
    copied.close()


def test_a_damaged_database_is_refused_as_a_backup(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "live.db")
    database.execute("CREATE TABLE rows (number INTEGER)")
    database.commit()
    database.close()
    digest = copy_database(tmp_path / "live.db", tmp_path / "copy.db")
    with (tmp_path / "copy.db").open("r+b") as file:
        file.truncate(4096)
    with pytest.raises(BackupUnusable):
        require_sound(tmp_path / "copy.db", digest)
