"""Migrations create exactly the tables of the models, once, even with concurrent processes."""

from __future__ import annotations

import multiprocessing
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, Table, text
from sqlmodel import SQLModel

from adapters.catalogue import Catalogue, CatalogueSettings, connect, upgrade
from domain.errors import CatalogueUnavailable, SettingInvalid
from tests.contract.catalogue.postgres import Postgres
from tests.contract.catalogue.videos import new_video


def test_the_migrations_and_the_models_agree(settings: CatalogueSettings) -> None:
    upgrade(settings)

    with connect(settings).connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)

    assert differences == []


def test_the_migrations_and_the_models_agree_on_postgresql(postgres: Postgres) -> None:
    settings = CatalogueSettings(postgres.new_database())
    upgrade(settings)
    upgrade(settings)

    with connect(settings).connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)

    assert differences == []


def test_an_upgrade_makes_the_database_with_its_folder(settings: CatalogueSettings) -> None:
    upgrade(settings)

    Catalogue(connect(settings)).ready()


def test_a_second_upgrade_changes_nothing(settings: CatalogueSettings) -> None:
    upgrade(settings)
    with connect(settings).begin() as connection:
        before = connection.execute(text("SELECT sql FROM sqlite_master ORDER BY name")).all()

    upgrade(settings)

    with connect(settings).begin() as connection:
        assert connection.execute(text("SELECT sql FROM sqlite_master ORDER BY name")).all() == before


def test_a_database_of_the_first_version_keeps_its_videos(settings: CatalogueSettings) -> None:
    upgrade(settings, "0001")
    with connect(settings).begin() as connection:
        videos = Table("videos", MetaData(), autoload_with=connection)
        for number in range(1, 201):
            video = new_video(number)
            stored = {
                "id": video.video_id,
                "task_id": video.task_id,
                "owner": video.owner,
                "filename": video.filename,
                "status": "queued",
                "source_key": video.source.key,
                "source_media_type": video.source.media_type,
                "source_sha256": video.source.sha256,
                "size_bytes": video.source.size_bytes,
                "created_us": video.created_us,
                "updated_us": video.created_us,
            }
            connection.execute(videos.insert(), {**stored, "animals": [], "options": {}, "state": {}})

    upgrade(settings)

    page = Catalogue(connect(settings)).page("local", limit=200)
    assert [row.id for row in page.videos] == [f"video-{number:03}" for number in range(200, 0, -1)]
    assert {row.plan for row in page.videos} == {"standard"}
    with connect(settings).connect() as connection:
        plan = connection.execute(
            text("EXPLAIN QUERY PLAN SELECT count(*) FROM videos WHERE owner='local' AND status='queued'")
        ).all()
    assert "ix_videos_owner_status" in str(plan)


def test_processes_that_start_at_the_same_time_upgrade_once(settings: CatalogueSettings) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        pool.map(upgrade, [settings] * 6)

    Catalogue(connect(settings)).ready()


def test_a_database_of_a_later_version_is_not_changed(settings: CatalogueSettings) -> None:
    upgrade(settings)
    with connect(settings).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SettingInvalid, match="9999"):
        upgrade(settings)


def test_a_file_that_is_no_database_is_named(settings: CatalogueSettings, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"these are not tables " * 100)

    with pytest.raises(CatalogueUnavailable, match="not a database"):
        upgrade(replace(settings, url=f"sqlite:///{tmp_path}/notes.txt"))


def test_a_write_ahead_log_is_used_only_where_sqlite_keeps_every_committed_row(
    settings: CatalogueSettings,
) -> None:
    upgrade(settings)

    with connect(settings).connect() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()

    assert mode == ("wal" if sqlite3.sqlite_version_info >= (3, 51, 3) else "delete")
