"""Memory of a real API process that streams a file of 2 GB."""

from __future__ import annotations

from pathlib import Path

import httpx
import psutil

from adapters.catalogue import Catalogue, CatalogueSettings, NewVideo, connect
from adapters.object_store import S3ObjectStore
from api.access.callers import OWNER
from bench.measure import HighWater
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.state import TaskOutcome, TaskState, TaskStatus
from tests.contract.store.servers import s3_server
from tests.servers.ports import free_port
from tests.servers.product_process import api_process, product_environment

FILM_BYTES = 2 * 1024**3
MIB = 1024 * 1024


def test_two_gigabytes_are_read_while_the_api_grows_by_less_than_32_mib(tmp_path: Path) -> None:
    with s3_server("versitygw", tmp_path) as store:
        S3ObjectStore(store).ensure_bucket()
        key = "videos/transcoded/film/t/final.mp4"
        path = tmp_path / "versitygw-objects" / store.bucket / key
        path.parent.mkdir(parents=True)
        with path.open("wb") as film:
            film.truncate(FILM_BYTES)  # the gateway's objects are files, and holes cost no disk
        environment = product_environment(store, f"127.0.0.1:{free_port()}", tmp_path)
        with api_process(environment, tmp_path / "api.log") as (url, process):
            _add_video(environment["DATABASE_URL"], Artifact(key, "video/mp4", FILM_BYTES, "0" * 64))
            assert httpx.get(f"{url}/api/stream/film", headers={"Range": "bytes=0-0"}).status_code == 206
            api = psutil.Process(process.pid)
            received = 0
            with (
                HighWater(lambda: api.memory_info().rss) as memory,
                httpx.stream("GET", f"{url}/api/stream/film", timeout=120) as answer,
            ):
                assert answer.headers["content-length"] == str(FILM_BYTES)
                for chunk in answer.iter_raw():
                    received += len(chunk)

    assert received == FILM_BYTES
    assert memory.growth < 32 * MIB


def _add_video(database_url: str, final: Artifact) -> None:
    engine = connect(CatalogueSettings(database_url))
    catalogue = Catalogue(engine)
    catalogue.add(NewVideo("film", "task-film", OWNER, "film.mp4", final, 1_700_000_000_000_000))
    outcome = TaskOutcome(final.key, files={"final.mp4": final.key})
    state = TaskState("task-film", TaskStatus.COMPLETED, 1_700_000_100_000_000, outcome=outcome)
    catalogue.record(RecordInput("film", state, final=final))
    engine.dispose()
