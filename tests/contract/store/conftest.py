"""Real S3 servers for the contract tests of the object store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.object_store import S3ObjectStore, StoreSettings
from tests.contract.store.servers import program, s3_server


@pytest.fixture(scope="module", params=["versitygw", "minio"])
def store_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StoreSettings]:
    name = str(request.param)
    if program(name) is None:
        pytest.skip(f"{name} is not built; `make tools` builds it")
    with s3_server(name, tmp_path_factory.mktemp(name)) as settings:
        yield settings


@pytest.fixture(scope="module")
def store(store_settings: StoreSettings) -> S3ObjectStore:
    store = S3ObjectStore(store_settings)
    store.ensure_bucket()
    return store
