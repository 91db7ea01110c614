"""Scheduled sweep: removed and spared objects, on a real Temporal server and a real object store."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import activity
from temporalio.client import Client, ScheduleActionStartWorkflow
from temporalio.worker import Worker

from activities.sweep import SweepStorage
from adapters.catalogue import CatalogueSettings, ResumableUploads, connect, upgrade
from adapters.object_store import S3ObjectStore
from adapters.temporal.schedule import RunningTasks, ensure_schedule
from domain.errors import UploadUnknown
from domain.messages.upkeep import SweepInput, SweepReport, UpkeepInput, UpkeepReport
from tests.contract.catalogue.videos import resumable_upload
from tests.contract.store.servers import s3_server
from tests.workflows.rig import Rig
from workflows.policies import QUICK_QUEUE
from workflows.sweep import Sweep


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3ObjectStore]:
    with s3_server("versitygw", tmp_path_factory.mktemp("store")) as settings:
        store = S3ObjectStore(settings)
        store.ensure_bucket()
        yield store


@pytest.fixture
def uploads(tmp_path: Path) -> Iterator[ResumableUploads]:
    settings = CatalogueSettings(f"sqlite:///{tmp_path}/catalogue.db")
    upgrade(settings)
    engine = connect(settings)
    yield ResumableUploads(engine)
    engine.dispose()


async def swept(
    client: Client, store: S3ObjectStore, uploads: ResumableUploads, request: SweepInput
) -> SweepReport:
    with ThreadPoolExecutor(2) as threads:
        worker = Worker(
            client,
            task_queue=QUICK_QUEUE,
            workflows=[Sweep],
            activities=[SweepStorage(store, RunningTasks(client), uploads).run, played_upkeep],
            activity_executor=threads,
        )
        async with worker:
            return await client.execute_workflow(
                Sweep.run, request, id=f"sweep-{uuid.uuid4().hex}", task_queue=QUICK_QUEUE
            )


@activity.defn(name="upkeep")
def played_upkeep(request: UpkeepInput) -> UpkeepReport:
    return UpkeepReport(expired=request.retention_s)


def keys(store: S3ObjectStore) -> set[str]:
    return {found.key for found in store.list_prefix("")}


async def test_leftovers_of_ended_tasks_are_removed_and_everything_else_stays(
    rig: Rig, store: S3ObjectStore, uploads: ResumableUploads
) -> None:
    request = rig.request()
    await rig.start(request)  # without a worker it stays in the state "running"
    needed = f"temp/{request.task_id}/downscale.1/1/picture.mp4"
    for key in (
        "temp/task-ended/merger.1/1/final.mp4",
        "kept/chunks/a/b/0-1.mp4",
        "videos/original/v/source",
        needed,
    ):
        store.put(key, b"bytes", "video/mp4")

    result = await swept(rig.client, store, uploads, SweepInput(older_than_s=0))

    assert result.objects == 2
    assert keys(store) == {"videos/original/v/source", needed}


async def test_young_objects_are_spared(rig: Rig, store: S3ObjectStore, uploads: ResumableUploads) -> None:
    store.put("kept/chunks/a/b/0-1.mp4", b"bytes", "video/mp4")

    result = await swept(rig.client, store, uploads, SweepInput())

    assert result == SweepReport(0, 0)
    assert "kept/chunks/a/b/0-1.mp4" in keys(store)


async def test_unfinished_multipart_uploads_are_aborted(
    rig: Rig, store: S3ObjectStore, uploads: ResumableUploads
) -> None:
    store._quick._create_multipart_upload(store._bucket, "videos/original/w/source", {})

    result = await swept(rig.client, store, uploads, SweepInput(older_than_s=0))

    assert result.uploads == 1
    assert store.unfinished("") == []


async def test_an_expired_resumable_upload_is_removed_with_its_parts(
    rig: Rig, store: S3ObjectStore, uploads: ResumableUploads
) -> None:
    now_us = time.time_ns() // 1000
    for upload_id, expires_us in (("over", now_us - 2 * 3600 * 1_000_000), ("open", now_us + 60_000_000)):
        uploads.add(resumable_upload(upload_id, expires_us=expires_us))
        store.put(f"uploads/{upload_id}/piece", b"bytes", "application/octet-stream")
        store.parts.begin(f"videos/original/v-{upload_id}/source", "video/mp4")

    result = await swept(rig.client, store, uploads, SweepInput())

    assert result == SweepReport(objects=2, uploads=0, expired=1)
    assert "uploads/open/piece" in keys(store)
    assert "uploads/over/piece" not in keys(store)
    assert [upload.key for upload in store.unfinished("")] == ["videos/original/v-open/source"]
    assert uploads.find("open", "local", now_us).id == "open"
    with pytest.raises(UploadUnknown):
        uploads.find("over", "local", 0)
    store.remove_prefix("uploads/")
    store.remove_prefix("videos/original/v-open/")


async def test_the_upkeep_of_the_library_runs_if_it_is_requested(
    rig: Rig, store: S3ObjectStore, uploads: ResumableUploads
) -> None:
    result = await swept(rig.client, store, uploads, SweepInput(upkeep=UpkeepInput(retention_s=7)))

    assert result.kept == UpkeepReport(expired=7)


async def test_a_schedule_is_made_once_and_brought_up_to_date(client: Client) -> None:
    action = ScheduleActionStartWorkflow(
        Sweep.run, SweepInput(), id="sweep-test", task_queue="nobody-serves-this"
    )
    await ensure_schedule(client, "sweep-test", action, timedelta(hours=2))
    await ensure_schedule(client, "sweep-test", action, timedelta(hours=1))

    schedule = (await client.get_schedule_handle("sweep-test").describe()).schedule
    await client.get_schedule_handle("sweep-test").delete()

    assert [interval.every for interval in schedule.spec.intervals] == [timedelta(hours=1)]
