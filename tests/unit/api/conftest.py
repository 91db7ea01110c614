"""HTTP interface over a real store and catalogue, with scripted tasks."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from anyio import to_thread

from adapters.catalogue import ApiKeys, Catalogue, CatalogueSettings, connect, upgrade
from adapters.object_store import S3ObjectStore, StoreSettings
from adapters.settings import TaskSettings
from api.access.callers import OWNER
from api.app import create_app
from api.dependencies import Services
from api.settings import HttpSettings
from domain.accounts.quotas import NO_QUOTAS, Quotas
from domain.errors import PipelineError
from domain.messages.diagnostics import PartReport
from domain.messages.start import Admission, PipelineRequest
from domain.tasks.state import LiveState, Stage
from tests.contract.store.servers import s3_server

LIMIT_BYTES = 12 * 1024 * 1024


@dataclass
class FakeTasks:
    """Fake of the tasks in Temporal; records the calls."""

    verdict: Admission | None = field(default_factory=lambda: Admission(accepted=True))
    fault: PipelineError | None = None
    started: list[PipelineRequest] = field(default_factory=list)
    states: dict[str, LiveState] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    endings: Callable[[str], bool] = lambda _task_id: False

    async def start(self, request: PipelineRequest) -> None:
        self.started.append(request)
        await self.ready()

    async def admission(self, task_id: str) -> Admission | None:
        return self.verdict

    async def state(self, task_id: str) -> LiveState | None:
        await self.ready()
        return self.states.get(task_id)

    async def ended(self, task_id: str, within_s: float) -> bool:
        self.calls.append((task_id, f"ended within {within_s} s"))
        return await to_thread.run_sync(self.endings, task_id)

    async def cancel(self, task_id: str) -> None:
        self.calls.append((task_id, "cancel"))
        await self.ready()

    async def retry(self, task_id: str, stage: Stage) -> None:
        self.calls.append((task_id, stage.value))
        await self.ready()

    async def diagnostics(self) -> list[PartReport]:
        return [
            PartReport("worker_cpu: ffmpeg", ok=False, detail="no libass", mend="Install FFmpeg with libass.")
        ]

    async def ready(self) -> None:
        if self.fault is not None:
            raise self.fault


@dataclass
class Harness:
    """API with a real store, a real database and fake tasks, with access to all of them."""

    client: httpx.AsyncClient
    services: Services
    tasks: FakeTasks
    temp_path: Path

    def with_settings(
        self, settings: HttpSettings, client: str = "192.0.2.1", quotas: Quotas = NO_QUOTAS
    ) -> httpx.AsyncClient:
        """Returns a client of another app over the same services, with its own settings and address."""
        app = create_app(replace(self.services, quotas=quotas), settings)
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False, client=(client, 5000)),
            base_url="http://api",
        )

    def leftovers(self) -> list[str]:
        """Lists objects and unfinished uploads in the bucket, rows in the table, and temporary files."""
        store = self.services.store
        return [
            *(found.key for found in store.list_prefix("")),
            *(f"unfinished {upload.key}" for upload in store.unfinished("")),
            *(f"row {row.task_id}" for row in self.services.catalogue.page(OWNER).videos),
            *(f"file {path}" for path in self.temp_path.iterdir()),
        ]


@pytest.fixture(scope="session")
def store_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreSettings]:
    with s3_server("versitygw", tmp_path_factory.mktemp("api-store")) as settings:
        yield settings


@pytest.fixture
async def harness(
    store_settings: StoreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Harness]:
    temp_path = tmp_path / "temp"
    temp_path.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temp_path))
    catalogue_settings = CatalogueSettings(f"sqlite:///{tmp_path}/catalogue.db")
    upgrade(catalogue_settings)
    engine = connect(catalogue_settings)
    store = S3ObjectStore(store_settings)
    store.ensure_bucket()
    store.remove_prefix("")
    tasks = FakeTasks()
    settings = TaskSettings(stage_timeout_s=900, park_s=60, max_upload_bytes=LIMIT_BYTES)
    services = Services(store, Catalogue(engine), tasks, settings, ApiKeys(engine))
    transport = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        yield Harness(client, services, tasks, temp_path)
    engine.dispose()
