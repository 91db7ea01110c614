"""API in a process of its own, with a real store and database and a fake Temporal."""

from __future__ import annotations

import sys

import uvicorn

from adapters.catalogue import ApiKeys, Catalogue, CatalogueSettings, connect, upgrade
from adapters.object_store import S3ObjectStore, StoreSettings
from adapters.settings import TaskSettings
from api.app import create_app
from api.dependencies import Services
from tests.unit.api.conftest import FakeTasks


def main() -> None:
    port, endpoint, access_key, secret_key, database, limit_bytes = sys.argv[1:]
    catalogue_settings = CatalogueSettings(f"sqlite:///{database}")
    upgrade(catalogue_settings)
    store = S3ObjectStore(StoreSettings(endpoint, access_key, secret_key, bucket="streams"))
    store.ensure_bucket()
    engine = connect(catalogue_settings)
    parts = Services(
        store,
        Catalogue(engine),
        FakeTasks(),
        TaskSettings(stage_timeout_s=1800, park_s=60, max_upload_bytes=int(limit_bytes)),
        ApiKeys(engine),
    )
    uvicorn.run(create_app(parts), host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
