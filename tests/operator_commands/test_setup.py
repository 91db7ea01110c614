"""One-shot setup jobs of an installation, against real servers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from temporalio.client import Client

from adapters.object_store import S3ObjectStore, StoreSettings
from adapters.setup.waiting import retry_until_ready
from domain.errors import SettingInvalid, WorkflowsUnavailable
from tests.contract.store.servers import program, s3_server
from tests.servers.product_process import ROOT
from tests.servers.temporal_server import temporal_server
from tests.workflows.rig import Rig
from tests.workflows.script import Script


def set_up(part: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "adapters.setup", part],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with temporal_server(tmp_path_factory.mktemp("temporal") / "server.log", bare=True) as address:
        yield address


def ask(temporal: str, *words: str) -> str:
    command = [program("temporal") or "temporal", *words, "--address", temporal]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


async def test_a_namespace_is_made_once_with_its_retention_and_takes_listed_tasks(temporal: str) -> None:
    environment = {"TEMPORAL_ADDRESS": temporal, "TEMPORAL_NAMESPACE": "videos"}
    first = await asyncio.to_thread(set_up, "temporal", environment)
    assert first.returncode == 0, first.stdout + first.stderr
    again = await asyncio.to_thread(set_up, "temporal", environment)
    assert again.returncode == 0, again.stdout + again.stderr

    assert "72h0m0s" in ask(temporal, "operator", "namespace", "describe", "-n", "videos")
    rig = Rig(await Client.connect(temporal, namespace="videos"), Script())
    handle = await rig.start(rig.request(owner="oidc:1"))
    described = await handle.describe()
    assert [pair.key.name for pair in described.typed_search_attributes] == ["Owner"]


def test_a_configured_retention_is_applied_to_the_namespace(temporal: str) -> None:
    environment = {"TEMPORAL_ADDRESS": temporal, "TEMPORAL_RETENTION_DAYS": "7"}
    done = set_up("temporal", environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "168h0m0s" in ask(temporal, "operator", "namespace", "describe", "-n", "default")


def test_an_attribute_of_another_type_is_refused_by_its_name(temporal: str) -> None:
    ask(temporal, "operator", "namespace", "create", "-n", "spoilt", "--retention", "24h")
    made = [program("temporal") or "temporal", "operator", "search-attribute", "create", "-n", "spoilt"]
    made += ["--name", "Stage", "--type", "Int", "--address", temporal]
    subprocess.run(made, capture_output=True, check=True)
    done = set_up("temporal", {"TEMPORAL_ADDRESS": temporal, "TEMPORAL_NAMESPACE": "spoilt"})
    assert done.returncode == 1
    assert "SettingInvalid: The search attribute Stage" in done.stderr


def test_the_catalogue_and_the_bucket_are_made(tmp_path: Path) -> None:
    with s3_server("versitygw", tmp_path) as server:
        store = StoreSettings(server.endpoint, server.access_key, server.secret_key, bucket="fresh")
        environment = {
            "DATABASE_URL": f"sqlite:///{tmp_path}/catalogue.db",
            "S3_ENDPOINT": store.endpoint,
            "S3_ACCESS_KEY": store.access_key,
            "S3_SECRET_KEY": store.secret_key,
            "S3_BUCKET": store.bucket,
        }
        for part in ("catalogue", "bucket"):
            done = set_up(part, environment)
            assert done.returncode == 0, done.stdout + done.stderr
        S3ObjectStore(store).ready()
    assert (tmp_path / "catalogue.db").exists()


async def test_a_job_waits_for_a_server_that_is_not_there_yet() -> None:
    answers = [WorkflowsUnavailable("not yet"), WorkflowsUnavailable("not yet"), None]

    async def call() -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    await retry_until_ready(call, pause_s=0)

    assert answers == []


async def test_an_operators_fault_is_not_retried() -> None:
    async def call() -> None:
        raise SettingInvalid("no such thing")

    with pytest.raises(SettingInvalid):
        await retry_until_ready(call, pause_s=3600)
