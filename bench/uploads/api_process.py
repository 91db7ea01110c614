"""The product's API over a real store and database, with a fake Temporal that answers at once.

The task and its probe follow an upload's last byte and don't belong to its throughput.
"""

from __future__ import annotations

import os
import sys

import uvicorn

from adapters.catalogue import ApiKeys, Catalogue, CatalogueSettings, connect, upgrade
from adapters.object_store import S3ObjectStore, StoreSettings
from adapters.settings import TaskSettings
from api.app import create_app
from api.dependencies import Services
from domain.messages.diagnostics import PartReport
from domain.messages.start import Admission, PipelineRequest
from domain.tasks.state import LiveState, Stage

_LARGEST_BYTES = 16 * 1024**3


class PromptTasks:
    """Fake of Temporal: accepts every task at once."""

    async def start(self, request: PipelineRequest) -> None:
        """Nothing runs."""

    async def admission(self, task_id: str) -> Admission:
        return Admission(accepted=True)

    async def state(self, task_id: str) -> LiveState | None:
        return None

    async def cancel(self, task_id: str) -> None:
        """Nothing runs."""

    async def ended(self, task_id: str, within_s: float) -> bool:
        return False

    async def retry(self, task_id: str, stage: Stage) -> None:
        """Nothing runs."""

    async def ready(self) -> None:
        """Always ready."""

    async def diagnostics(self) -> tuple[PartReport, ...]:
        return ()


def main(port: int, database: str) -> None:
    env = os.environ
    store = S3ObjectStore(
        StoreSettings(env["S3_ENDPOINT"], env["S3_ACCESS_KEY"], env["S3_SECRET_KEY"], env["S3_BUCKET"])
    )
    store.ensure_bucket()
    catalogue_settings = CatalogueSettings(f"sqlite:///{database}")
    upgrade(catalogue_settings)
    engine = connect(catalogue_settings)
    settings = TaskSettings(stage_timeout_s=1800, park_s=60, max_upload_bytes=_LARGEST_BYTES)
    services = Services(store, Catalogue(engine), PromptTasks(), settings, ApiKeys(engine))
    uvicorn.run(create_app(services), port=port, log_level="warning", http="h11")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
